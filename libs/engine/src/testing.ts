import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Mask, mask, type Picture, picture, type StorageType } from '@instgenie/domain';
import { Engine, gridOf } from './engine.ts';
import { tinyCheckpoint } from './graph-testing.ts';
import type { StepKeeper } from './step-keeper.ts';
import { Template, type TemplateSpec } from './template.ts';

/** An engine of the tiny checkpoint with a cache of its own, removed with it. */
export async function tinyEngine({
  threads = 2,
  folder = tinyCheckpoint('flux-schnell'),
  storage = 'fp32',
}: {
  readonly threads?: number;
  readonly folder?: string;
  readonly storage?: StorageType;
} = {}): Promise<AsyncDisposable & { engine: Engine }> {
  const cache = await mkdtemp(join(tmpdir(), 'instgenie-engine-'));
  const engine = await Engine.open({ folder, cache, threads, storage });
  return {
    engine,
    [Symbol.asyncDispose]: async () => {
      await engine[Symbol.asyncDispose]();
      await rm(cache, { recursive: true, force: true });
    },
  };
}

/** A picture of noise-like bytes, the same for the same seed. */
export function testPicture(width: number, height: number, seed = 1): Picture {
  const data = Uint8Array.from(
    { length: width * height * 3 },
    (_, at) => (Math.imul(at + 17 * seed, 2654435761) >>> 13) & 255,
  );
  return picture({ width, height, channels: 3, data });
}

/** A mask of whole tokens. */
export function tokenMask({ width, height }: Picture, tokens: readonly number[]): Mask {
  const { columns } = gridOf({ width, height });
  const chosen = new Set(tokens);
  const bits = Uint8Array.from({ length: width * height }, (_, at) => {
    const token = Math.floor(Math.floor(at / width) / 16) * columns + Math.floor((at % width) / 16);
    return chosen.has(token) ? 1 : 0;
  });
  return mask({ width, height, bits });
}

export function tinyTemplate(engine: Engine, spec: Partial<TemplateSpec> = {}, keeper?: StepKeeper): Promise<Template> {
  const whole = { picture: testPicture(80, 48), steps: 3, guidance: 0, textRows: 16, ...spec };
  return Template.prepare(engine, whole, keeper);
}
