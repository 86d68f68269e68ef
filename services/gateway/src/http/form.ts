import { wrong } from './http-refusal.ts';

/** A picture or mask that came with a request. */
export interface FormFile {
  readonly name: string;
  readonly bytes: Uint8Array;
}

/** What a request brought, whichever way: multipart or JSON. Names with `[]` have lost it. */
export class Form {
  readonly files: readonly FormFile[];
  readonly #values: ReadonlyMap<string, readonly unknown[]>;

  constructor(values: ReadonlyMap<string, readonly unknown[]>, files: readonly FormFile[]) {
    this.#values = values;
    this.files = files;
  }

  get names(): readonly string[] {
    return [...this.#values.keys()];
  }

  /** The first of these names that says something. Throws `invalid` for one that was sent twice. */
  find(names: readonly string[]): { readonly name: string; readonly value: unknown } | undefined {
    for (const name of names) {
      const values = (this.#values.get(name) ?? []).filter((value) => value !== null && value !== '');
      if (values.length > 1) throw wrong(name, 'sent more than once');
      if (values.length === 1) return { name, value: values[0] };
    }
    return undefined;
  }

  text(name: string): string | undefined {
    const value = this.find([name])?.value;
    if (value === undefined || typeof value === 'string') return value;
    throw wrong(name, 'expected text');
  }

  flag(name: string): boolean {
    const value = asFlag(this.find([name])?.value) ?? false;
    if (typeof value === 'boolean') return value;
    throw wrong(name, 'expected true or false');
  }

  number(name: string): number | undefined {
    const value = asNumber(this.find([name])?.value);
    if (value === undefined || typeof value === 'number') return value;
    throw wrong(name, 'expected a number');
  }

  /** One of the values, or undefined. */
  oneOf<const Value extends string>(name: string, values: readonly Value[]): Value | undefined {
    const text = this.text(name);
    const found = values.find((value) => value === text);
    if (text !== undefined && found === undefined) throw wrong(name, `expected one of ${values.join(', ')}`);
    return found;
  }
}

/** Forms bring numbers as text. What is no number stays what it is. */
export function asNumber(value: unknown): unknown {
  const isNumber = typeof value === 'string' && /^[+-]?\d{1,20}(?:\.\d{1,20})?(?:e[+-]?\d{1,3})?$/i.test(value);
  return isNumber ? Number(value) : value;
}

/** The same for flags, as JavaScript, Python and curl write them. */
export function asFlag(value: unknown): unknown {
  if (typeof value !== 'string') return value;
  const text = value.toLowerCase();
  if (text === 'true' || text === '1') return true;
  return text === 'false' || text === '0' ? false : value;
}
