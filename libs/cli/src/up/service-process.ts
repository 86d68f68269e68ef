import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createWriteStream, type WriteStream } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { nodeFlags } from '@instgenie/config';
import { ServiceError } from '@instgenie/domain';
import { RestartDelay } from './restart-delay.ts';

export type ServiceName = 'balancer' | 'gateway' | 'worker';

/** What is started: a service with its settings, and where its log goes. */
export interface ServiceSpec {
  readonly name: string;
  readonly service: ServiceName;
  readonly settings: readonly string[];
  readonly logFile: string;
  readonly onNote: (text: string) => void;
}

const services = join(import.meta.dirname, '../../../../services');
/** Lines of the log that are told when a process does not come up. */
const tailLines = 5;
/** After this time a process that was asked to end is ended. */
const graceMs = 35_000;

/** A service as a process of this machine, started again when it crashes. */
export class ServiceProcess implements AsyncDisposable {
  readonly #spec: ServiceSpec;
  readonly #log: WriteStream;
  readonly #delay = new RestartDelay();
  readonly #tail: string[] = [];
  #child: ChildProcess | undefined;
  #restart: NodeJS.Timeout | undefined;
  #isStopping = false;
  #hasServed = false;

  private constructor(spec: ServiceSpec) {
    this.#spec = spec;
    this.#log = createWriteStream(spec.logFile, { flags: 'w' });
  }

  /** Resolves when it serves. Throws `unavailable` with the end of its log where it does not come up. */
  static async start(spec: ServiceSpec, signal: AbortSignal): Promise<ServiceProcess> {
    const process = new ServiceProcess(spec);
    try {
      await process.#launch(signal);
      return process;
    } catch (thrown) {
      await process[Symbol.asyncDispose]();
      throw thrown;
    }
  }

  get pid(): number | undefined {
    return this.#child?.pid;
  }

  /** Asks it to end, and waits until it has. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#isStopping = true;
    clearTimeout(this.#restart);
    const child = this.#child;
    if (child !== undefined && child.exitCode === null && child.signalCode === null) {
      const gone = once(child, 'exit');
      child.kill('SIGTERM');
      const cut = setTimeout(() => child.kill('SIGKILL'), graceMs);
      await gone;
      clearTimeout(cut);
    }
    this.#log.end();
  }

  async #launch(signal: AbortSignal): Promise<void> {
    const { service, settings, name } = this.#spec;
    const main = join(services, service, 'src/main.ts');
    const args = [...nodeFlags, main, ...settings.flatMap((setting) => ['--set', setting])];
    // In a group of its own: Ctrl-C is for whoever keeps it, who stops all in order.
    const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'pipe'], detached: true });
    this.#child = child;
    const startedMs = performance.now();
    const serving = Promise.withResolvers<void>();
    for (const stream of [child.stdout, child.stderr]) {
      createInterface({ input: stream }).on('line', (line) => {
        this.#keep(line);
        if (isServing(line)) serving.resolve();
      });
    }
    child.once('exit', (code, killedBy) => {
      const how = killedBy ?? `exit code ${code}`;
      serving.reject(new ServiceError('unavailable', `${name} did not come up (${how}):\n${this.#tail.join('\n')}`));
      if (this.#hasServed && !this.#isStopping) this.#comeBack(performance.now() - startedMs, how);
    });
    const abort = () => serving.reject(new ServiceError('cancelled', 'interrupted'));
    signal.addEventListener('abort', abort, { once: true });
    try {
      await serving.promise;
      this.#hasServed = true;
    } finally {
      signal.removeEventListener('abort', abort);
    }
  }

  #comeBack(ranMs: number, how: string): void {
    const delayMs = this.#delay.after(ranMs);
    this.#spec.onNote(`${this.#spec.name} ended (${how}); it is started again in ${delayMs} ms`);
    const never = new AbortController().signal;
    this.#restart = setTimeout(() => {
      this.#launch(never).then(
        () => this.#spec.onNote(`${this.#spec.name} is back`),
        // Its exit has been told of, and it is started again.
        () => undefined,
      );
    }, delayMs);
  }

  #keep(line: string): void {
    this.#log.write(`${line}\n`);
    this.#tail.push(line.slice(0, 500));
    if (this.#tail.length > tailLines) this.#tail.shift();
  }
}

function isServing(line: string): boolean {
  try {
    const entry: unknown = JSON.parse(line);
    return typeof entry === 'object' && entry !== null && 'msg' in entry && entry.msg === 'serving';
  } catch {
    return false;
  }
}
