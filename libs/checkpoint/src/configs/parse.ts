import { ServiceError } from '@instgenie/domain';
import { z } from 'zod';
import { readJson, shownJson } from '../json-file.ts';

/** Sides, counts and widths: far above any model, far below what would overflow. */
export const count = z.int().min(1).max(1_000_000);
export const positive = z.number().positive();

/** A list of at most 16 items; a longer one is refused as a whole, not item by item. */
export function shortList<Item extends z.ZodType>(item: Item) {
  return z.array(z.unknown()).min(1).max(16).pipe(z.array(item));
}

/** A key that must be absent, null, or the one value that changes nothing. */
export const unused = z.literal(null).optional();
export const off = z.literal(false).default(false);

/**
 * Reads a config file by a schema. Extra keys are fine. Throws one error that names the file and every false key with
 * what was expected and found: `unsupported` if a value is known but not implemented, else `invalid`.
 */
export async function readConfig<Output>(path: string, schema: z.ZodType<Output>): Promise<Output> {
  return parseConfig(await readJson(path), { path, schema });
}

export function parseConfig<Output>(
  json: unknown,
  { path, schema }: { readonly path: string; readonly schema: z.ZodType<Output> },
): Output {
  const result = schema.safeParse(json);
  if (result.success) return result.data;
  const { issues } = result.error;
  const isUnsupported = issues.every(({ code }) => code === 'invalid_value' || code === 'custom');
  const field = issues[0]?.path.join('.');
  throw new ServiceError(
    isUnsupported ? 'unsupported' : 'invalid',
    `${path}: ${issues.map((issue) => described(issue, json)).join('; ')}`,
    field === undefined || field === '' ? {} : { field },
  );
}

function described({ path, message }: z.core.$ZodIssue, json: unknown): string {
  const found = path.reduce<unknown>(
    (value, key) => (typeof value === 'object' && value !== null ? Reflect.get(value, key) : undefined),
    json,
  );
  const expected = message.replace(/^Invalid \w+: /, '').replace(/^Too (?=small|big)/, 'too ');
  return `${path.length === 0 ? 'the whole' : path.join('.')}: ${expected}, found ${shownJson(found)}`;
}
