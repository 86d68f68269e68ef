import { setTimeout as pause } from 'node:timers/promises';
import type { BlobStore } from '@instgenie/blobs';
import { ServiceError } from '@instgenie/domain';
import type { Log } from '@instgenie/telemetry';
import { takeTurn } from './take-turn.ts';
import type { TemplateDesk } from './template-desk.ts';

export interface SweeperParts {
  readonly templates: Pick<TemplateDesk, 'hideExpired' | 'deletions'>;
  readonly blobs: BlobStore;
  /** Milliseconds of the epoch. */
  readonly now: () => number;
  readonly log: Pick<Log, 'info' | 'warn'>;
  readonly everyMs?: number;
  /** Templates that one sweep deletes at most. */
  readonly batchMax?: number;
}

/** Deletes templates whose time is over, and ends deletions that were cut off: of all gateways, whoever is first. */
export class TemplateSweeper implements AsyncDisposable {
  readonly #parts: Required<SweeperParts>;
  readonly #stop = new AbortController();
  #running: Promise<void> | undefined;

  constructor(parts: SweeperParts) {
    this.#parts = { everyMs: 600_000, batchMax: 100, ...parts };
  }

  /** Sweeps from now on, every ten minutes unless told. */
  start(): void {
    this.#running ??= this.#run();
  }

  /** Undefined where another gateway has just done it. */
  async sweep(): Promise<{ readonly expired: number; readonly finished: number } | undefined> {
    const { templates, blobs, now, everyMs, batchMax, log } = this.#parts;
    if (!(await takeTurn(blobs, { name: 'sweeps/templates.json', nowMs: now(), everyMs }))) return undefined;
    const expired = await templates.hideExpired(batchMax);
    const finished = await templates.deletions.finishAll(batchMax);
    if (expired + finished > 0) log.info({ expired, finished }, 'templates swept');
    return { expired, finished };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort();
    await this.#running;
  }

  async #run(): Promise<void> {
    const { everyMs, log } = this.#parts;
    const { signal } = this.#stop;
    while (!signal.aborted) {
      await this.sweep().catch((thrown: unknown) => {
        log.warn({ code: ServiceError.from(thrown).code }, 'templates are swept later');
      });
      await pause(everyMs, undefined, { signal, ref: false }).catch(() => undefined);
    }
  }
}
