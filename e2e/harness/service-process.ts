import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { nodeFlags } from '@instgenie/config';

export interface ProcessOptions {
  /** Unique in its cluster. */
  readonly name: string;
  /** The file that is run. */
  readonly main: string;
  /** Given as `--set`. */
  readonly set: readonly string[];
}

/** Where a process serves, as its log says. */
export interface ServedAt {
  readonly port: number;
  readonly ops: number;
  /** Gateways only. */
  readonly http?: number;
}

const endWithParent = new URL('./end-with-parent.ts', import.meta.url).href;
const logLinesMax = 2000;
const exitsMax = 1000;

/** A process of a cluster, that can be hurt and started again at the same addresses. */
export class ServiceProcess implements AsyncDisposable {
  readonly name: string;
  /** The last lines of its output. */
  readonly log: string[] = [];
  /** How it ended so far: exit codes and signals. */
  readonly exits: (number | string)[] = [];
  readonly #options: ProcessOptions;
  #child: ChildProcess | undefined;
  #at: ServedAt | undefined;

  private constructor(options: ProcessOptions) {
    this.name = options.name;
    this.#options = options;
  }

  /** Resolves when it serves. Rejects with its last words where it ends before. */
  static async start(options: ProcessOptions): Promise<ServiceProcess> {
    const process = new ServiceProcess(options);
    await process.#launch();
    return process;
  }

  get at(): ServedAt {
    assert(this.#at !== undefined, `${this.name} has not served yet`);
    return this.#at;
  }

  /** Of its gRPC. */
  get address(): string {
    return `127.0.0.1:${this.at.port}`;
  }

  /** Undefined while it does not run. */
  get pid(): number | undefined {
    return this.isRunning ? this.#child?.pid : undefined;
  }

  get isRunning(): boolean {
    return this.#child?.exitCode === null && this.#child.signalCode === null;
  }

  /** Sends a signal to it and does not wait. */
  signal(name: 'SIGKILL' | 'SIGSTOP' | 'SIGCONT' | 'SIGTERM'): void {
    this.#child?.kill(name);
  }

  /** Ends it by a signal; resolves when it has ended. */
  async end(name: 'SIGKILL' | 'SIGTERM'): Promise<void> {
    if (this.#child === undefined || !this.isRunning) return;
    const gone = once(this.#child, 'exit');
    this.#child.kill(name);
    await gone;
  }

  /** Comes back at the same addresses, as after a crash. */
  async restart(): Promise<void> {
    await this.end('SIGKILL');
    await this.#launch();
  }

  async metrics(): Promise<string> {
    return await (await fetch(`http://127.0.0.1:${this.at.ops}/metrics`)).text();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.end('SIGKILL');
  }

  async #launch(): Promise<void> {
    const { main, set } = this.#options;
    const settings = [...set, ...addressSettings(this.#at)];
    const child = spawn(
      process.execPath,
      [...nodeFlags, `--import=${endWithParent}`, main, ...settings.flatMap((setting) => ['--set', setting])],
      { stdio: ['ignore', 'pipe', 'pipe'] },
    );
    this.#child = child;
    const serving = Promise.withResolvers<ServedAt>();
    createInterface({ input: child.stderr }).on('line', (line) => this.#note(line));
    createInterface({ input: child.stdout }).on('line', (line) => {
      this.#note(line);
      const at = servedAt(line);
      if (at !== undefined) serving.resolve(at);
    });
    child.once('exit', (code, signal) => {
      if (this.exits.push(code ?? signal ?? 'unknown') > exitsMax) this.exits.shift();
      serving.reject(new Error(`${this.name} ended with ${code ?? signal}:\n${this.log.slice(-20).join('\n')}`));
    });
    this.#at = await serving.promise;
  }

  #note(line: string): void {
    if (this.log.push(line) > logLinesMax) this.log.shift();
  }
}

function addressSettings(at: ServedAt | undefined): readonly string[] {
  const names = { listen: at?.port ?? 0, ops: at?.ops ?? 0, ...(at?.http === undefined ? {} : { http: at.http }) };
  return Object.entries(names).map(([name, port]) => `${name}=127.0.0.1:${port}`);
}

function servedAt(line: string): ServedAt | undefined {
  if (!line.includes('"serving"')) return undefined;
  const { msg, port, ops, http } = JSON.parse(line) as ServedAt & { readonly msg: string };
  return msg === 'serving' ? { port, ops, ...(http === undefined ? {} : { http }) } : undefined;
}
