import { type Mode, modes, type Plan } from '@instgenie/domain';
import { exactPlan } from './exact.ts';
import type { BlockOption } from './problem.ts';

/**
 * What a deployment expects of its machines: the costs that plans are made from. Pinned and versioned, because plans
 * decide bits of pictures: new measurements make a new version, never a change of one.
 */
export interface PinnedProfile {
  readonly version: string;
  /** Requests that a step is expected to have; compute is shared out among them as if it had. */
  readonly batch: number;
  /** Milliseconds of a block beside its work: starting it, arranging rows. */
  readonly blockMs: number;
  readonly flopsPerMs: number;
  /** Bytes that the slowest tier worth planning for brings in a millisecond. */
  readonly bytesPerMs: number;
}

/** What a plan depends on of an edit, and of the variant that it uses. */
export interface EditWork {
  /** Steps of the schedule. */
  readonly steps: number;
  readonly blocks: number;
  /** Work of one block in each mode. */
  readonly flops: Readonly<Record<Mode, number>>;
  /** Bytes that a block reads: its keys and values, and its hidden state if it is kept. */
  readonly keysAndValuesBytes: number;
  readonly hiddenBytes: number | undefined;
}

/** The options of every block of one step. */
export function blockOptions(profile: PinnedProfile, work: EditWork): readonly (readonly BlockOption[])[] {
  const { batch, blockMs, flopsPerMs, bytesPerMs } = profile;
  const computeMs = (mode: Mode) => blockMs + (batch * work.flops[mode]) / flopsPerMs;
  const loadMs = (bytes: number) => (batch * bytes) / bytesPerMs;
  const options: BlockOption[] = [
    { mode: 'full', computeMs: computeMs('full'), loadMs: 0, from: 'live', leaves: 'live' },
    { mode: 'kv', computeMs: computeMs('kv'), loadMs: loadMs(work.keysAndValuesBytes), leaves: 'stored' },
  ];
  if (work.hiddenBytes !== undefined) {
    const hiddenMs = loadMs(work.hiddenBytes);
    options.push(
      { mode: 'full', computeMs: computeMs('full'), loadMs: hiddenMs, from: 'stored', leaves: 'live' },
      { mode: 'x', computeMs: computeMs('x'), loadMs: hiddenMs, leaves: 'stored' },
    );
  }
  return Array.from({ length: work.blocks }, () => options);
}

/**
 * The plan of an edit, fixed when it is admitted: a function of the pinned profile and the edit alone, so that batch
 * mates, load and tiers never change a picture. Every step has the same costs and gets the same modes: those that end
 * first in a step on its own. Such a step leaves the link and the processor no debt to the next, so that many of them
 * take at most as often its time; planned together, one step could look fast at the cost of another.
 */
export function planEdit(profile: PinnedProfile, work: EditWork): Plan {
  const step = blockOptions(profile, work);
  const [chosen = []] = exactPlan({ steps: [step] });
  const planned = chosen.map((option, block) => modeOf(step[block]?.[option]?.mode));
  return Array.from({ length: work.steps }, () => planned);
}

function modeOf(name: string | undefined): Mode {
  const mode = modes.find((known) => known === name);
  if (mode === undefined) throw new RangeError(`not a mode: ${name}`);
  return mode;
}
