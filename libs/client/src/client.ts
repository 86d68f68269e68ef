import { randomUUID } from 'node:crypto';
import { type Clock, ServiceError, systemClock } from '@instgenie/domain';
import type { ConnectOptions } from '@instgenie/rpc';
import type { CallOptions } from './call-options.ts';
import { openConnection } from './connection.ts';
import type { EditEvent, EditFacts, EditResult, EditSpec } from './edits/edit.ts';
import { EditCalls, type EditOptions, type StreamEditOptions } from './edits/edit-calls.ts';
import { JobCalls } from './jobs/job-calls.ts';
import type { Model } from './model.ts';
import { AddressRing } from './retries/address-ring.ts';
import { Calls } from './retries/calls.ts';
import { RetryBudget } from './retries/retry-budget.ts';
import { TemplateCalls } from './templates/template-calls.ts';

export interface ClientOptions {
  /** `host:port` of gateways. One of them is asked; when it cannot be reached, the next one. */
  readonly addresses: readonly string[];
  /** An API key or a token; asked for anew by each call where it is a function. */
  readonly apiKey?: string | (() => string | Promise<string>) | undefined;
  /** Plain text without it; `{}` trusts the known authorities. */
  readonly tls?: ConnectOptions['tls'];
  /** Of calls that say nothing; a minute without it. */
  readonly deadlineMs?: number | undefined;
  /** Time and randomness, for tests. */
  readonly clock?: Clock;
  readonly random?: () => number;
  readonly newId?: () => string;
}

/**
 * Calls of a deployment's public API. Calls that may help are made again by themselves, and never twice in effect: each
 * edit and job has a request id. Whatever fails is a ServiceError.
 */
export class InstgenieClient implements AsyncDisposable {
  readonly templates: TemplateCalls;
  readonly jobs: JobCalls;
  readonly #edits: EditCalls;
  readonly #calls: Calls;

  constructor({ addresses, apiKey, tls, deadlineMs = 60_000, ...environment }: ClientOptions) {
    const { clock = systemClock, random = Math.random, newId = randomUUID } = environment;
    if (addresses.length === 0) {
      throw new ServiceError('invalid', 'addresses: at least one is needed', { field: 'addresses' });
    }
    const connections = addresses.map((address) => openConnection(address, tls === undefined ? {} : { tls }));
    const ring = new AddressRing(addresses.length, random());
    const state = { clock, random, ring, budget: new RetryBudget(clock.now()) };
    const authorization = async () => {
      const key = typeof apiKey === 'function' ? await apiKey() : apiKey;
      return key === undefined ? undefined : `Bearer ${key}`;
    };
    this.#calls = new Calls({ connections, state, deadlineMs, authorization });
    this.#edits = new EditCalls(this.#calls, newId);
    this.templates = new TemplateCalls(this.#calls);
    this.jobs = new JobCalls(this.#calls, newId);
  }

  /** Edits a picture. */
  edit(spec: EditSpec, options?: EditOptions): Promise<EditResult> {
    return this.#edits.edit(spec, options);
  }

  /** Checks everything and computes nothing. */
  check(spec: EditSpec, options?: CallOptions): Promise<EditFacts> {
    return this.#edits.check(spec, options);
  }

  /** Edits a picture and tells how it goes; the last events are the pictures. Whoever stops reading leaves it running. */
  streamEdit(spec: EditSpec, options?: StreamEditOptions): AsyncGenerator<EditEvent, void> {
    return this.#edits.stream(spec, options);
  }

  /** Ends an edit that runs, at its next step. */
  cancelEdit(requestId: string, options?: CallOptions): Promise<void> {
    return this.#edits.cancel(requestId, options);
  }

  /** The deployment's first one first. */
  async models(options: CallOptions = {}): Promise<readonly Model[]> {
    const { models } = await this.#calls.once(({ models }, wire) => models.unary('ListModels', {}, wire), options);
    return models;
  }

  /** Calls that are under way fail. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.#calls[Symbol.asyncDispose]();
  }
}
