// Forwards loopback ports into another network namespace:
//
//	forward /run/netns/NAME 127.0.0.1:17443=10.240.0.2:6443 ...
package main

import (
	"fmt"
	"io"
	"net"
	"os"
	"runtime"
	"strings"
	"syscall"
	"time"
)

// setns has no wrapper in the standard library.
var setns = map[string]uintptr{"amd64": 308, "arm64": 268}[runtime.GOARCH]

// dial connects from within the namespace.
func dial(namespace *os.File, address string) (net.Conn, error) {
	type outcome struct {
		conn net.Conn
		err  error
	}
	done := make(chan outcome, 1)
	go func() {
		// The thread is never unlocked: it ends with this goroutine, so nobody else runs in the namespace by accident.
		runtime.LockOSThread()
		if _, _, errno := syscall.RawSyscall(setns, namespace.Fd(), syscall.CLONE_NEWNET, 0); errno != 0 {
			done <- outcome{nil, errno}
			return
		}
		conn, err := net.DialTimeout("tcp", address, 10*time.Second)
		done <- outcome{conn, err}
	}()
	got := <-done
	return got.conn, got.err
}

// join copies both ways until both sides have said all.
func join(a, b net.Conn) {
	ended := make(chan struct{}, 2)
	send := func(to, from net.Conn) {
		_, _ = io.Copy(to, from)
		_ = to.(*net.TCPConn).CloseWrite()
		ended <- struct{}{}
	}
	go send(a, b)
	go send(b, a)
	<-ended
	<-ended
	a.Close()
	b.Close()
}

func serve(listener net.Listener, namespace *os.File, target string) {
	for {
		client, err := listener.Accept()
		if err != nil {
			return
		}
		go func() {
			server, err := dial(namespace, target)
			if err != nil {
				fmt.Fprintln(os.Stderr, target, err)
				client.Close()
				return
			}
			join(client, server)
		}()
	}
}

func fail(code int, reason ...any) {
	fmt.Fprintln(os.Stderr, reason...)
	os.Exit(code)
}

func main() {
	if len(os.Args) < 3 {
		fail(2, "usage: forward NAMESPACE LOOPBACK:PORT=HOST:PORT...")
	}
	namespace, err := os.Open(os.Args[1])
	if err != nil {
		fail(1, err)
	}
	for _, pair := range os.Args[2:] {
		from, to, isPair := strings.Cut(pair, "=")
		if !isPair || !strings.HasPrefix(from, "127.") {
			fail(2, "not LOOPBACK:PORT=HOST:PORT:", pair)
		}
		listener, err := net.Listen("tcp", from)
		if err != nil {
			fail(1, err)
		}
		go serve(listener, namespace, to)
	}
	select {}
}
