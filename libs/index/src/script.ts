import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { Redis } from 'ioredis';

/** An operation that Redis runs as one: a Lua file of `lua/`, sent once and then called by its digest. */
export class Script {
  readonly #lua: string;
  readonly #sha: string;

  constructor(name: string) {
    this.#lua = readFileSync(new URL(`lua/${name}.lua`, import.meta.url), 'utf8');
    this.#sha = createHash('sha1').update(this.#lua).digest('hex');
  }

  async run(redis: Redis, keys: readonly string[], args: readonly (string | number)[]): Promise<unknown> {
    try {
      return await redis.evalsha(this.#sha, keys.length, ...keys, ...args);
    } catch (thrown) {
      if (!(thrown instanceof Error && thrown.message.startsWith('NOSCRIPT'))) throw thrown;
      return await redis.eval(this.#lua, keys.length, ...keys, ...args);
    }
  }
}
