import type { Socket } from 'node:net';
import type { ServerLimits } from './server-limits.ts';

export type ConnectionLimits = Pick<ServerLimits, 'connectionsMax' | 'connectionsPerPeerMax' | 'firstByteMs'>;

/** The open connections of a server: how many there are in all and of each peer, and what each of them brought. */
export class Connections {
  readonly #limits: ConnectionLimits;
  readonly #sockets = new Map<string, Socket>();
  readonly #perPeer = new Map<string, number>();
  #emptied: (() => void) | undefined;

  constructor(limits: ConnectionLimits) {
    this.#limits = limits;
  }

  /** Takes a new connection in, or cuts it off and says false. One that stays silent is cut off later. */
  admit(socket: Socket): boolean {
    const peer = socket.remoteAddress;
    const held = this.#perPeer.get(peer ?? '') ?? 0;
    if (
      peer === undefined ||
      this.#sockets.size >= this.#limits.connectionsMax ||
      held >= this.#limits.connectionsPerPeerMax
    ) {
      socket.destroy();
      return false;
    }
    const name = nameOf(socket);
    this.#sockets.set(name, socket);
    this.#perPeer.set(peer, held + 1);
    const silence = setTimeout(() => {
      if (socket.bytesRead === 0) socket.destroy();
    }, this.#limits.firstByteMs);
    socket.on('error', () => socket.destroy());
    socket.once('close', () => {
      clearTimeout(silence);
      this.#forget(name, peer);
    });
    return true;
  }

  /** Whether a socket, or the one below its TLS, is one of them. */
  has(socket: Socket): boolean {
    return this.#sockets.has(nameOf(socket));
  }

  /** Bytes that a connection brought so far; `name` is its remote address and port with a colon between. */
  bytesRead(name: string): number {
    return this.#sockets.get(name)?.bytesRead ?? 0;
  }

  /** Cuts all off. */
  destroy(): void {
    for (const socket of this.#sockets.values()) socket.destroy();
  }

  /** Resolves when none is left. */
  async empty(): Promise<void> {
    if (this.#sockets.size === 0) return;
    await new Promise<void>((resolve) => {
      this.#emptied = resolve;
    });
  }

  #forget(name: string, peer: string): void {
    this.#sockets.delete(name);
    const left = (this.#perPeer.get(peer) ?? 1) - 1;
    if (left > 0) this.#perPeer.set(peer, left);
    else this.#perPeer.delete(peer);
    if (this.#sockets.size === 0) this.#emptied?.();
  }
}

/** As grpc-js names the peer of a call. */
function nameOf({ remoteAddress, remotePort }: Socket): string {
  return `${remoteAddress}:${remotePort}`;
}
