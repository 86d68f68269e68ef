import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { type Authenticator, type Caller, requireScope } from '@instgenie/tenants';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { CallFacts } from '../edits/editing.ts';
import type { Access } from './http-parts.ts';
import { wrong } from './http-refusal.ts';
import type { ParamNames } from './openai-error.ts';
import { commonNames } from './openai-names.ts';

declare module 'fastify' {
  interface FastifyContextConfig {
    readonly access?: Access;
    /** Whether requests bring pictures. */
    readonly isUpload?: boolean;
  }
  interface FastifyRequest {
    /** What is known of the call so far. */
    call: HttpCall | null;
  }
}

/** A request that is being answered. */
export interface HttpCall {
  caller: Caller | undefined;
  readonly signal: AbortSignal;
  /** What its fields are called, for errors. */
  names: ParamNames;
}

/** The requests that are being answered. */
export class HttpCalls {
  readonly #running = new Set<AbortController>();

  /** Starts a call, whose signal aborts when the caller goes before the answer has ended, or with `abort`. */
  begin({ raw }: FastifyReply): HttpCall {
    const gone = new AbortController();
    this.#running.add(gone);
    raw.once('close', () => {
      this.#running.delete(gone);
      if (!raw.writableFinished) gone.abort();
    });
    return { caller: undefined, signal: gone.signal, names: commonNames };
  }

  /** Aborts all that run. */
  abort(): void {
    for (const gone of this.#running) gone.abort();
  }
}

/** Who calls, if they may. Throws `unauthenticated` or `forbidden`. */
export async function admitCaller(
  request: FastifyRequest,
  { access, authenticator }: { readonly access: Exclude<Access, 'public'>; readonly authenticator: Authenticator },
): Promise<Caller> {
  const caller = await authenticator.authenticate(authorizationOf(request));
  if (access !== 'tenant') requireScope(caller, access);
  return caller;
}

/** The call as facades take it. */
export function callFacts(request: FastifyRequest): CallFacts {
  const traceparent = request.headers['traceparent'];
  assert(request.call?.caller !== undefined, 'a route without a caller asks who it is');
  const { caller, signal } = request.call;
  return { caller, signal, traceparent: typeof traceparent === 'string' ? traceparent : undefined };
}

/** The caller's `Idempotency-Key`, or the request's own id. Keys of other shapes become their digest. */
export function requestIdOf(request: FastifyRequest): string {
  const key = request.headers['idempotency-key'];
  if (key === undefined || key === '') return request.id;
  if (typeof key !== 'string' || key.length > 255) throw wrong('Idempotency-Key', 'expected 1 to 255 characters');
  return /^[A-Za-z0-9_-]{1,64}$/.test(key) ? key : createHash('sha256').update(key).digest('hex');
}

function authorizationOf({ headers }: FastifyRequest): string | undefined {
  if (headers.authorization !== undefined) return headers.authorization;
  const key = headers['x-api-key'] ?? headers['api-key'];
  return typeof key === 'string' && key !== '' ? `Bearer ${key}` : undefined;
}
