import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { temporaryFolder } from '@instgenie/worker/testing';
import { stringify } from 'yaml';
import { providePrometheus } from './provide-prometheus.ts';

export interface Scraped {
  readonly job: string;
  /** `host:port`. */
  readonly targets: readonly string[];
}

/** A line of an answer: its labels, and its values over time. */
export interface Series {
  readonly metric: Readonly<Record<string, string>>;
  readonly values: readonly (readonly [number, string])[];
}

const readyMs = 20_000;
const namespace = 'demo';

/** A Prometheus of its own that scrapes what it is told, gone when it is disposed of. */
export class PrometheusServer implements AsyncDisposable {
  readonly #child: ChildProcess;
  readonly #url: string;
  readonly #cleanup: AsyncDisposableStack;

  private constructor(child: ChildProcess, url: string, cleanup: AsyncDisposableStack) {
    this.#child = child;
    this.#url = url;
    this.#cleanup = cleanup;
  }

  static async start(
    scraped: readonly Scraped[],
    { everyMs, rules }: { readonly everyMs: number; readonly rules: readonly string[] },
  ): Promise<PrometheusServer> {
    const { prometheus } = await providePrometheus();
    await using cleanup = new AsyncDisposableStack();
    const folder = cleanup.use(await temporaryFolder());
    const file = join(folder.path, 'prometheus.yaml');
    const interval = `${everyMs}ms`;
    await writeFile(
      file,
      stringify({
        global: { scrape_interval: interval, scrape_timeout: interval, evaluation_interval: interval },
        rule_files: rules,
        scrape_configs: scraped.map(({ job, targets }) => ({
          job_name: job,
          static_configs: [{ targets, labels: { namespace } }],
        })),
      }),
    );
    const port = await freePort();
    const args = [
      `--config.file=${file}`,
      `--storage.tsdb.path=${join(folder.path, 'data')}`,
      `--web.listen-address=127.0.0.1:${port}`,
      '--enable-feature=exemplar-storage',
      '--log.level=warn',
    ];
    const child = spawn(prometheus, args, { stdio: ['ignore', 'ignore', 'inherit'] });
    const server = new PrometheusServer(child, `http://127.0.0.1:${port}`, cleanup.move());
    await server.#ready();
    return server;
  }

  /** A query over a time, seconds of the epoch. Throws what Prometheus says of a wrong one. */
  async range(query: string, { from, to }: { readonly from: number; readonly to: number }): Promise<readonly Series[]> {
    const step = Math.max(1, Math.round((to - from) / 100));
    const found = await this.#get('query_range', { query, start: `${from}`, end: `${to}`, step: `${step}` });
    return (found as { readonly result: readonly Series[] }).result;
  }

  /** Names of all metrics that it has seen. */
  async names(): Promise<ReadonlySet<string>> {
    return new Set((await this.#get('label/__name__/values', {})) as readonly string[]);
  }

  /** How many points of a metric have a trace behind them. */
  async exemplars(query: string, { from, to }: { readonly from: number; readonly to: number }): Promise<number> {
    const found = await this.#get('query_exemplars', { query, start: `${from}`, end: `${to}` });
    const series = found as readonly { readonly exemplars: readonly unknown[] }[];
    return series.reduce((sum, { exemplars }) => sum + exemplars.length, 0);
  }

  /** Rules that it evaluates, with what went wrong in each. */
  async rules(): Promise<readonly { readonly name: string; readonly query: string; readonly lastError?: string }[]> {
    interface Group {
      readonly rules: readonly { readonly name: string; readonly query: string; readonly lastError?: string }[];
    }
    const { groups } = (await this.#get('rules', {})) as { readonly groups: readonly Group[] };
    return groups.flatMap(({ rules }) => rules);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#child.exitCode === null && this.#child.signalCode === null) {
      const gone = once(this.#child, 'exit');
      this.#child.kill('SIGTERM');
      await gone;
    }
    await this.#cleanup.disposeAsync();
  }

  async #get(path: string, query: Readonly<Record<string, string>>): Promise<unknown> {
    const response = await fetch(`${this.#url}/api/v1/${path}?${new URLSearchParams(query).toString()}`);
    const answer = (await response.json()) as {
      readonly status: string;
      readonly error?: string;
      readonly data: unknown;
    };
    if (answer.status !== 'success') throw new Error(`Prometheus: ${answer.error}`);
    return answer.data;
  }

  async #ready(): Promise<void> {
    const ends = performance.now() + readyMs;
    for (;;) {
      const response = await fetch(`${this.#url}/-/ready`).catch(() => undefined);
      if (response?.ok === true) return;
      if (performance.now() > ends || this.#child.exitCode !== null) throw new Error('Prometheus does not start');
      await pause(50);
    }
  }
}

/** It has no way to say which port it took. */
async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (address === null || typeof address === 'string') throw new Error('no free port');
  return address.port;
}
