import { setTimeout as pause } from 'node:timers/promises';
import type { BlobStore } from '@instgenie/blobs';
import { ServiceError } from '@instgenie/domain';
import type { Log } from '@instgenie/telemetry';
import { TemplateLibrary, type TemplateRecord } from '@instgenie/templates';
import type { Fleet, FleetModel } from '../fleet/fleet.ts';
import { isPrimedFor } from '../models/canary-model.ts';
import { type Canary, isInShare } from '../models/model-names.ts';
import { orMissing } from './or-missing.ts';
import { takeTurn } from './take-turn.ts';
import type { TemplateDesk } from './template-desk.ts';

export interface PrimerParts {
  readonly templates: Pick<TemplateDesk, 'primeFor'>;
  readonly fleet: Pick<Fleet, 'models'>;
  readonly canaries: readonly Canary[];
  readonly blobs: BlobStore;
  /** Milliseconds of the epoch. */
  readonly now: () => number;
  readonly log: Pick<Log, 'info' | 'warn'>;
  readonly everyMs?: number;
  /** Templates that one round primes at most, one after the other. */
  readonly batchMax?: number;
}

/** How a round went. */
export interface PrimerRound {
  readonly primed: number;
  readonly failed: number;
}

/** So many in a row: workers have no room, or the version is broken. */
const failuresMax = 5;

/**
 * Primes the templates of a canary's share for its version, behind all edits: of all gateways, whoever is first. Until
 * then their edits stay where they were.
 */
export class CanaryPrimer implements AsyncDisposable {
  readonly #parts: Required<PrimerParts>;
  readonly #library: TemplateLibrary;
  readonly #stop = new AbortController();
  #running: Promise<void> | undefined;

  constructor(parts: PrimerParts) {
    this.#parts = { everyMs: 60_000, batchMax: 1000, ...parts };
    this.#library = new TemplateLibrary(parts.blobs, () => new Date(parts.now()));
  }

  /** Works from now on, a round each minute unless told; without canaries it does nothing. */
  start(): void {
    if (this.#parts.canaries.some(({ share }) => share > 0)) this.#running ??= this.#run();
  }

  /** Undefined where another gateway has just begun. */
  async round(): Promise<PrimerRound | undefined> {
    const { blobs, now, everyMs, log } = this.#parts;
    if (!(await takeTurn(blobs, { name: 'sweeps/canaries.json', nowMs: now(), everyMs }))) return undefined;
    let [primed, failed, inRow] = [0, 0, 0];
    for await (const { record, version } of this.#unprimed()) {
      try {
        await this.#parts.templates.primeFor(record, version, this.#stop.signal);
        primed++;
        inRow = 0;
      } catch (thrown) {
        if (this.#stop.signal.aborted) break;
        log.warn({ template: record.id, model: version.name, code: ServiceError.from(thrown).code }, 'not primed');
        failed++;
        inRow++;
      }
      if (primed + failed >= this.#parts.batchMax || inRow >= failuresMax) break;
    }
    if (primed + failed > 0) log.info({ primed, failed }, 'templates primed for canaries');
    return { primed, failed };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort();
    await this.#running;
  }

  async #run(): Promise<void> {
    const { everyMs, log } = this.#parts;
    const { signal } = this.#stop;
    while (!signal.aborted) {
      await this.round().catch((thrown: unknown) => {
        log.warn({ code: ServiceError.from(thrown).code }, 'templates are primed for canaries later');
      });
      await pause(everyMs, undefined, { signal, ref: false }).catch(() => undefined);
    }
  }

  /** Templates of a share that have been edited, and whose edits have not moved yet. */
  async *#unprimed(): AsyncIterable<{ readonly record: TemplateRecord; readonly version: FleetModel }> {
    for await (const { id, tenant, model } of this.#library.listAll()) {
      const canary = this.#parts.canaries.find((each) => each.model === model);
      if (canary === undefined || !isInShare(canary, id)) continue;
      const version = this.#parts.fleet.models.find(({ name, workers }) => name === canary.to && workers > 0);
      if (version === undefined) continue;
      // Others may have primed it since it was listed.
      const record = await orMissing(this.#library.get(tenant, id));
      if (record !== undefined && record.variants.length > 0 && !isPrimedFor(record, version))
        yield { record, version };
    }
  }
}
