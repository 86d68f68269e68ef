import { ServiceError } from '@instgenie/domain';

/** What is found; undefined for `not-found`. */
export async function orMissing<Result>(work: Promise<Result>): Promise<Result | undefined> {
  try {
    return await work;
  } catch (thrown) {
    if (thrown instanceof ServiceError && thrown.code === 'not-found') return undefined;
    throw thrown;
  }
}
