import { z } from 'zod';

const units: Readonly<Record<string, number>> = { '': 1, Ki: 2 ** 10, Mi: 2 ** 20, Gi: 2 ** 30, Ti: 2 ** 40 };

/** A count of bytes, as a number or as Kubernetes writes it: `512Mi`. */
export const byteCount = z
  .union([z.number(), z.string()])
  .transform((value) => (typeof value === 'number' ? value : bytesOf(value)))
  .pipe(z.number('expected bytes, as in 1073741824, 512Mi or 20Gi').int().min(0).max(Number.MAX_SAFE_INTEGER));

/** `host:port`; port 0 takes any free one. */
export const addressText = z.string().regex(/^(\[[0-9a-fA-F:.]+\]|[^:\s]+):\d{1,5}$/, 'expected host:port');

/** How a model is called. */
export const modelName = z
  .string()
  .regex(/^[a-zA-Z0-9][a-zA-Z0-9._-]{0,62}$/, "expected 1 to 63 letters, digits, '.', '-' or '_'");

function bytesOf(text: string): number | undefined {
  const found = /^(\d+(?:\.\d+)?)(Ki|Mi|Gi|Ti|)$/.exec(text.trim());
  return found === null ? undefined : Math.floor(Number(found[1]) * (units[found[2] ?? ''] ?? 1));
}
