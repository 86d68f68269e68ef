import type { VariantKey, VariantShape } from '@instgenie/domain';

/** What a worker that starts does to be warm for the templates that are used most. */
export interface WarmSettings {
  /** How many variants it copies at most. */
  readonly variants: number;
  /** For no longer than this. */
  readonly seconds: number;
}

export interface WarmParts {
  /** The most used first. */
  readonly popular: (count: number) => Promise<readonly VariantKey[]>;
  readonly isHeld: (key: VariantKey) => boolean;
  /** How others hold it; undefined where none does. */
  readonly findAtPeers: (key: VariantKey) => Promise<VariantShape | undefined>;
  /** Whether a model of this worker could use it. */
  readonly fits: (shape: VariantShape) => boolean;
  /** Whether it is here then. */
  readonly copy: (key: VariantKey, shape: VariantShape) => Promise<boolean>;
}

export interface Warmed {
  readonly copied: number;
  /** Of those that were asked for, here already. */
  readonly held: number;
  /** Whether time was over before all was copied. */
  readonly isLate: boolean;
}

/** Others' models have popular variants too: so many times as many are looked at. */
const lookedAtFactor = 4;

/**
 * Copies the variants that are used most from other workers, one after the other, until there are enough or the signal
 * aborts. Whatever cannot be had is left out: an edit gets it later, or computes it.
 */
export async function warmUp(
  { variants }: Pick<WarmSettings, 'variants'>,
  parts: WarmParts,
  signal: AbortSignal,
): Promise<Warmed> {
  let [copied, held] = [0, 0];
  const over = Promise.withResolvers<'over'>();
  signal.addEventListener('abort', () => over.resolve('over'), { once: true });
  const inTime = async <Result>(work: Promise<Result>, otherwise: Result): Promise<Result> => {
    const done = await Promise.race([work.catch(() => otherwise), over.promise]);
    return done === 'over' ? otherwise : done;
  };
  const keys = await inTime(parts.popular(variants * lookedAtFactor), []);
  for (const key of keys) {
    if (signal.aborted || copied + held >= variants) break;
    if (parts.isHeld(key)) {
      held++;
      continue;
    }
    const shape = await inTime(parts.findAtPeers(key), undefined);
    if (shape === undefined || !parts.fits(shape)) continue;
    if (await inTime(parts.copy(key, shape), false)) copied++;
  }
  return { copied, held, isLate: signal.aborted };
}
