import { ServiceError } from '@instgenie/domain';
import type { Caller, Scope } from './caller.ts';

/** One text for every reason, so that nobody learns from it which part of a guess was right. */
export function unauthenticated(cause?: unknown): ServiceError {
  const message = 'authorization: a valid API key or token is needed, as "Bearer KEY"';
  return new ServiceError('unauthenticated', message, { field: 'authorization', cause });
}

/** Throws `forbidden`, naming the scope, unless the caller has it. */
export function requireScope(caller: Pick<Caller, 'scopes'>, scope: Scope): void {
  if (caller.scopes.has(scope)) return;
  throw new ServiceError('forbidden', `authorization: this key or token lacks the scope "${scope}"`, {
    field: 'authorization',
  });
}

const headerCharactersMax = 8192;

/** What follows `Bearer `; undefined where the header has another form. */
export function bearerOf(authorization: string | undefined): string | undefined {
  if (authorization === undefined || authorization.length > headerCharactersMax) return undefined;
  return /^bearer +([\x21-\x7e]+) *$/i.exec(authorization)?.[1];
}
