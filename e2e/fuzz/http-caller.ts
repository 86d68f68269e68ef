import { Agent, request } from 'node:http';
import type { HttpCall } from './hostile-http.ts';

const callMs = 30_000;

/** Makes requests over kept connections. */
export class HttpCaller implements Disposable {
  readonly #address: string;
  readonly #agent = new Agent({ keepAlive: true, maxSockets: 24 });

  constructor(address: string) {
    this.#address = address;
  }

  /** The status; `closed` where the server closed the connection without one. */
  async call({ method, path, headers, body }: HttpCall): Promise<number | 'closed'> {
    const { promise, resolve, reject } = Promise.withResolvers<number | 'closed'>();
    const [host, port] = this.#address.split(':');
    const late = setTimeout(() => reject(new Error('the server has answered nothing for half a minute')), callMs);
    const sent = request({
      host,
      port,
      method,
      path,
      headers: { ...headers, 'content-length': body.length },
      agent: this.#agent,
    });
    sent.on('response', (answer) => {
      answer.resume();
      answer.on('error', () => {});
      answer.once('close', () => resolve(answer.statusCode ?? 'closed'));
    });
    sent.on('error', () => resolve('closed'));
    sent.end(body);
    try {
      return await promise;
    } finally {
      clearTimeout(late);
    }
  }

  [Symbol.dispose](): void {
    this.#agent.destroy();
  }
}
