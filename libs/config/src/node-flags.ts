/**
 * How Node is to be started for a service. Everything that hangs on a call of HTTP/2 lives until the whole heap is collected,
 * so what a scavenge copies, and with it the pause, grows with the young generation: with halves of up to 32 MiB it was 8 MB
 * and 12 ms in a gateway under load. With 8 MiB there are more pauses, and each copies less.
 */
export const nodeFlags: readonly string[] = ['--disable-warning=ExperimentalWarning', '--max-semi-space-size=8'];
