import { ServiceError } from '@instgenie/domain';
import type { Authenticator } from './caller.ts';
import { unauthenticated } from './refusals.ts';

/** The first one that knows the caller. Throws `unauthenticated` where none does. */
export function anyOf(authenticators: readonly Authenticator[]): Authenticator {
  return {
    authenticate: async (authorization) => {
      for (const each of authenticators) {
        try {
          return await each.authenticate(authorization);
        } catch (thrown) {
          if (!(thrown instanceof ServiceError) || thrown.code !== 'unauthenticated') throw thrown;
        }
      }
      throw unauthenticated();
    },
  };
}
