import { z } from 'zod';
import { ApiError } from './api-error.ts';

const meta = z.object({
  metadata: z.object({ name: z.string().default(''), resourceVersion: z.string().default('') }),
});
const listed = z.object({
  metadata: z.object({ resourceVersion: z.string(), continue: z.string().default('') }),
  items: z.array(z.unknown()).nullable(),
});
const told = z.object({
  type: z.enum(['ADDED', 'MODIFIED', 'DELETED', 'BOOKMARK', 'ERROR']),
  object: z.unknown(),
});
const status = z.object({ code: z.number().default(500), message: z.string().default('') });

/** Objects of one kind as the API has told of them, by name. */
export class ObjectBook<Thing> {
  readonly #parse: (object: unknown) => Thing | undefined;
  #objects: ReadonlyMap<string, Thing> = new Map();
  #version = '';
  #pages: Map<string, Thing> | undefined;

  /** `parse` says undefined for what cannot be read; what was known of that object stays. */
  constructor(parse: (object: unknown) => Thing | undefined) {
    this.#parse = parse;
  }

  get objects(): ReadonlyMap<string, Thing> {
    return this.#objects;
  }

  /** Up to where it was told: watching goes on from there. */
  get version(): string {
    return this.#version;
  }

  /** Takes a page of a list; with the last one the whole list takes the place of what was known. Returns where it goes on. */
  page(answer: unknown): string | undefined {
    const { metadata, items } = listed.parse(answer);
    const pages = (this.#pages ??= new Map());
    for (const item of items ?? []) this.#put(pages, item);
    if (metadata.continue !== '') return metadata.continue;
    this.#objects = pages;
    this.#version = metadata.resourceVersion;
    this.#pages = undefined;
    return undefined;
  }

  /** A list is begun anew. */
  restart(): void {
    this.#pages = undefined;
  }

  /** Takes a line of a watch. Returns whether objects may have changed; throws what the API says to be wrong. */
  hear(line: unknown): boolean {
    const { type, object } = told.parse(line);
    if (type === 'ERROR') {
      const { code, message } = status.parse(object);
      throw new ApiError(code, message);
    }
    const { name, resourceVersion } = meta.parse(object).metadata;
    this.#version = resourceVersion;
    if (type === 'BOOKMARK') return false;
    const next = new Map(this.#objects);
    if (type === 'DELETED') next.delete(name);
    else this.#put(next, object);
    this.#objects = next;
    return true;
  }

  #put(objects: Map<string, Thing>, object: unknown): void {
    const { name } = meta.parse(object).metadata;
    const thing = this.#parse(object) ?? this.#objects.get(name);
    if (thing !== undefined) objects.set(name, thing);
  }
}
