import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { networkInterfaces } from 'node:os';

/** An address of this machine that is not of its loopback: slices may not name those. Undefined where it has none. */
export function outsideHost(): string | undefined {
  const all = Object.values(networkInterfaces()).flatMap((each) => each ?? []);
  return all.find(({ family, internal }) => family === 'IPv4' && !internal)?.address;
}

/** Leads from an address of this machine to a port of its loopback. */
export class OutsidePort implements AsyncDisposable {
  readonly host: string;
  readonly #target: number;
  readonly #sockets = new Set<Socket>();
  readonly #server = createServer((client) => this.#lead(client));

  private constructor(host: string, target: number) {
    this.host = host;
    this.#target = target;
  }

  static async open(host: string, target: number): Promise<OutsidePort> {
    const port = new OutsidePort(host, target);
    port.#server.listen(0, host);
    await once(port.#server, 'listening');
    return port;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const closed = once(this.#server, 'close');
    this.#server.close();
    for (const socket of this.#sockets) socket.destroy();
    await closed;
  }

  #lead(client: Socket): void {
    const server = connect(this.#target, '127.0.0.1');
    for (const [socket, other] of [
      [client, server],
      [server, client],
    ] as const) {
      this.#sockets.add(socket);
      socket.on('error', () => other.destroy());
      socket.on('close', () => {
        this.#sockets.delete(socket);
        other.destroy();
      });
      socket.pipe(other);
    }
  }
}
