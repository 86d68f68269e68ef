import { createHash } from 'node:crypto';
import { type BlobStore, getContent } from '@instgenie/blobs';
import { maskBox, maskedRows, ServiceError, type Size, tokenSide } from '@instgenie/domain';
import {
  chooseWindow,
  cutMask,
  decodePicture,
  growMask,
  readEditInputs,
  readMask,
  requireMasked,
} from '@instgenie/pictures';
import type { EditJob, PrimeJob } from '../edits/edit-job.ts';

/** What a simulated worker has to know of a picture and its mask. */
export interface MaskFacts {
  readonly maskedTokens: number;
  /** Of the window. */
  readonly tokens: number;
  /** Of the masked pixels. */
  readonly digest: string;
}

type Asked = Pick<PrimeJob, 'template' | 'mask' | 'maskMode'> & Partial<Pick<EditJob, 'grow'>>;

const keptMax = 1024;
const fileBytesMax = 32 * 1024 ** 2;

/** Reads masks, each of them once: load tests send few different ones. */
export class MaskReader {
  readonly #side: number;
  readonly #blobs: BlobStore | undefined;
  readonly #kept = new Map<string, Promise<MaskFacts>>();

  constructor(side: number, blobs: BlobStore | undefined) {
    this.#side = side;
    this.#blobs = blobs;
  }

  /** Throws `invalid` where a picture or mask is none. */
  read(asked: Asked): Promise<MaskFacts> {
    const { mask, maskMode, grow = 0, template } = asked;
    const file = 'bytes' in mask ? digestOf(mask.bytes) : sourceDigest(template.source);
    const key = [mask.kind, file, maskMode, grow].join();
    const known = this.#kept.get(key);
    if (known !== undefined) return known;
    const facts = this.#read({ ...asked, grow });
    facts.catch(() => this.#kept.delete(key));
    this.#kept.set(key, facts);
    for (const oldest of this.#kept.keys()) {
      if (this.#kept.size <= keptMax) break;
      this.#kept.delete(oldest);
    }
    return facts;
  }

  async #read({ mask, maskMode, grow, template }: Asked & { readonly grow: number }): Promise<MaskFacts> {
    if (mask.kind === 'none') return wholePicture(await decodePicture(await this.#file(template.source)), this.#side);
    if (!('bytes' in mask)) {
      const image = await this.#file(template.source);
      const limits = { onSizeMismatch: 'refuse', bytesMax: fileBytesMax } as const;
      const inputs = await readEditInputs({ image, maskMode, grow, feather: 0, ...limits });
      return factsOf(inputs.mask, this.#side);
    }
    const { width, height } = await decodePicture(mask.bytes, { bytesMax: fileBytesMax });
    const options = {
      mode: maskMode,
      size: { width, height },
      onSizeMismatch: 'refuse',
      bytesMax: fileBytesMax,
    } as const;
    return factsOf(growMask(requireMasked(await readMask(mask.bytes, options)), grow), this.#side);
  }

  async #file(source: PrimeJob['template']['source']): Promise<Uint8Array> {
    if (source.kind === 'inline') return source.bytes;
    if (this.#blobs === undefined) {
      throw new ServiceError('unsupported', 'picture: this worker has no blob store; send the picture itself', {
        field: 'picture',
      });
    }
    return await getContent(this.#blobs, source.sha256, { bytesMax: fileBytesMax });
  }
}

/** The same for a picture that is sent along and one that is stored. */
export function sourceDigest(source: PrimeJob['template']['source']): string {
  return source.kind === 'stored' ? source.sha256 : digestOf(source.bytes);
}

function factsOf(mask: Parameters<typeof cutMask>[0], modelSide: number): MaskFacts {
  const { width, height } = mask;
  const box = maskBox(mask) ?? { left: 0, top: 0, width, height };
  const seen = cutMask(mask, chooseWindow({ size: { width, height }, maskBox: box, modelSide }));
  return { maskedTokens: maskedRows(seen).length, tokens: tokensOf(seen), digest: digestOf(mask.bits) };
}

function wholePicture({ width, height }: Size, modelSide: number): MaskFacts {
  const box = { left: 0, top: 0, width, height };
  const { target } = chooseWindow({ size: { width, height }, maskBox: box, modelSide });
  const tokens = tokensOf(target);
  return { maskedTokens: tokens, tokens, digest: 'all' };
}

function tokensOf({ width, height }: Size): number {
  return (width * height) / tokenSide ** 2;
}

function digestOf(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}
