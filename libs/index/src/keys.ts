import type { VariantKey } from '@instgenie/domain';

/** Names of everything in Redis. What belongs to one variant shares a hash tag, so that a cluster keeps it on one node. */
export const keys = {
  /** Hash: worker -> what it holds of the variant. */
  holders: (key: VariantKey) => `ig:{${key}}:holders`,
  /** Set for a day once the variant was deleted: nobody may say that it holds it. */
  gone: (key: VariantKey) => `ig:{${key}}:gone`,
  /** Who primes the variant: token and worker. Lives as long as the lead. */
  lead: (key: VariantKey) => `ig:{${key}}:lead`,
  /** The last token given out for priming it. */
  fence: (key: VariantKey) => `ig:{${key}}:fence`,
  /** A worker's lease: address and epoch. Lives as long as the worker renews it. */
  worker: (worker: string) => `ig:worker:{${worker}}`,
  /** Sorted set: variants by faded uses. */
  popular: 'ig:popular',
  /** Set: variants that somebody wants kept warm. */
  pins: 'ig:pins',
  /** Sorted set: deleted variants by when, ms of the server's clock. */
  deleted: 'ig:deleted',
} as const;
