import { createHash } from 'node:crypto';
import type { EditSpec, InstgenieClient } from '@instgenie/client';
import { picture } from '@instgenie/domain';
import { encodePicture } from '@instgenie/pictures';
import { digestPicture, editDigest } from '@instgenie/worker/testing';
import { zipf } from './zipf.ts';

export interface MixSettings {
  readonly templates: number;
  readonly steps: number;
  /** Of pictures, pixels. */
  readonly side?: number;
  /** Shares of a picture's rows that are masked; each is a mask. */
  readonly maskRatios?: readonly number[];
}

/** An edit of a mix. */
export interface MixedEdit {
  readonly spec: EditSpec;
  /** Edits of one key have the same bytes. */
  readonly key: string;
  /** What a simulated worker answers. */
  readonly expected: Buffer;
}

interface MixMask {
  readonly file: Uint8Array;
  readonly digest: string;
}

interface MixTemplate {
  readonly id: string;
  readonly sha256: string;
}

const usualRatios = [0.03, 0.06, 0.11, 0.19, 0.35];
const seedsMax = 1000;

/** Edits as tenants send them: few templates that are used often and many that are not, and several masks. */
export class EditMix {
  readonly #templates: readonly MixTemplate[];
  readonly #masks: readonly MixMask[];
  readonly #steps: number;

  private constructor(templates: readonly MixTemplate[], masks: readonly MixMask[], steps: number) {
    this.#templates = templates;
    this.#masks = masks;
    this.#steps = steps;
  }

  /** Adds the templates for the client's tenant. */
  static async prepare(
    client: InstgenieClient,
    { templates, steps, side = 128, maskRatios = usualRatios }: MixSettings,
  ): Promise<EditMix> {
    const added: MixTemplate[] = [];
    for (let index = 0; index < templates; index++) {
      const { id, sha256 } = await client.templates.create(await templateFile(index, side), { steps });
      added.push({ id, sha256 });
    }
    return new EditMix(added, await Promise.all(maskRatios.map((ratio) => bandMask(ratio, side))), steps);
  }

  /** Any edit, the popular templates more often. */
  next(random: () => number): MixedEdit {
    const template = zipf(this.#templates.length, random);
    const mask = Math.floor(random() * this.#masks.length);
    return this.edit({ template, mask, seed: Math.floor(random() * seedsMax) });
  }

  edit(of: { readonly template: number; readonly mask: number; readonly seed: number; readonly prompt?: string }) {
    const template = this.#templates[of.template];
    const mask = this.#masks[of.mask];
    if (template === undefined || mask === undefined) throw new RangeError('the mix has no such template or mask');
    const { seed, prompt = 'a red hat' } = of;
    const digest = editDigest({
      template: template.sha256,
      mask: mask.digest,
      prompt,
      seed,
      steps: this.#steps,
      size: undefined,
    });
    return {
      spec: { templateId: template.id, mask: mask.file, maskMode: 'white', prompt, seed, steps: this.#steps },
      key: digest.toString('hex'),
      expected: Buffer.from(digestPicture(digest)),
    } satisfies MixedEdit;
  }

  get templateIds(): readonly string[] {
    return this.#templates.map(({ id }) => id);
  }
}

/** A small png that differs from all others of the mix. */
async function templateFile(index: number, side: number): Promise<Uint8Array> {
  const data = Uint8Array.from({ length: side * side * 3 }, (_, at) => (at < 6 ? (index >> (8 * (at % 3))) & 255 : 90));
  return await encodePicture(picture({ width: side, height: side, channels: 3, data }), 'png');
}

/** White in its first rows. */
async function bandMask(ratio: number, side: number): Promise<MixMask> {
  const masked = Math.max(1, Math.round(ratio * side)) * side;
  const bits = Uint8Array.from({ length: side * side }, (_, at) => Number(at < masked));
  const data = Uint8Array.from({ length: bits.length * 3 }, (_, at) => 255 * (bits[Math.floor(at / 3)] ?? 0));
  const file = await encodePicture(picture({ width: side, height: side, channels: 3, data }), 'png');
  return { file, digest: createHash('sha256').update(bits).digest('hex') };
}
