import { createHash } from 'node:crypto';
import { type Picture, ServiceError, type VariantKey, variantKey } from '@instgenie/domain';
import { ActivationLayout, activationShape, type Engine, type TemplateSpec, variantShape } from '@instgenie/engine';

/** Raised when the parts of a key, or how they are written, change. */
const keyVersion = 1;

/** What decides the activations of a template besides the engine. */
export type VariantParts = Pick<
  TemplateSpec,
  'picture' | 'prompt' | 'steps' | 'guidance' | 'textRows' | 'noiseSeed' | 'kinds' | 'keepEvery'
> & {
  /** Keeps tenants apart: the same picture of two of them has two variants. Empty where there is one tenant. */
  readonly tenantSalt?: string;
};

/**
 * The key of a template's variant: SHA-256 of everything that changes a value of its activations. Each part is written
 * with its name and length, so that no two lists of parts read alike. The window of a large picture is in the picture:
 * its pixels are what the model sees. Strength is not in it: it only starts later in the same schedule. Throws `invalid`
 * for half a surrogate pair.
 */
export function variantKeyOf(engine: Pick<Engine, 'model' | 'fingerprint'>, parts: VariantParts): VariantKey {
  const { picture, prompt = '', tenantSalt = '' } = parts;
  for (const [field, text] of Object.entries({ prompt, tenantSalt })) {
    // UTF-8 writes all of it alike.
    if (!text.isWellFormed()) throw new ServiceError('invalid', `${field}: is no Unicode text`, { field });
  }
  const shape = activationShape(engine, parts);
  const { steps } = variantShape(engine, parts);
  const fields: readonly (readonly [name: string, value: string | number])[] = [
    ['version', keyVersion],
    ['tenant', tenantSalt],
    ['model', engine.model.identity],
    ['engine', engine.fingerprint],
    ['picture', pixelDigest(picture)],
    ['width', picture.width],
    ['height', picture.height],
    ['steps', parts.steps],
    ['kept', steps.join()],
    ['guidance', parts.guidance],
    ['prompt', prompt],
    ['textRows', parts.textRows],
    ['noiseSeed', parts.noiseSeed ?? 0],
    ['storage', shape.storage],
    ['kinds', shape.kinds.join()],
    ['chunks', new ActivationLayout(shape).chunkBytes.join()],
  ];
  const hash = createHash('sha256');
  for (const [name, value] of fields) {
    const bytes = Buffer.from(String(value));
    hash.update(`${name}:${bytes.length}:`).update(bytes);
  }
  return variantKey(hash.digest('hex'));
}

function pixelDigest({ channels, data }: Picture): string {
  return createHash('sha256').update(`${channels}:`).update(data).digest('hex');
}
