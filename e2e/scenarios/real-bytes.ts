import { seeded } from '../bench/eviction-trace.ts';
import { Cluster } from '../harness/cluster.ts';
import { EditMix, type MixedEdit } from '../harness/edit-mix.ts';
import { closedLoop, type Ended } from '../harness/load.ts';
import { killWorkers } from './kill-workers.ts';

export interface RealBytesOptions {
  readonly kills: number;
  /** While workers are killed. */
  readonly edits: number;
  readonly seed: number;
}

const kinds = 4;
const atOnce = 2;
/** Many, so that kills meet edits at work. */
const steps = 40;

/** Edits of the real engine with a tiny model while workers are killed: `good` are those with the bytes of undisturbed runs. */
export async function realBytes({ kills, edits, seed }: RealBytesOptions): Promise<readonly Ended[]> {
  await using cluster = await Cluster.start({
    workers: 2,
    kind: 'tiny',
    // A busy machine must not make an edit refused.
    balancerSet: ['limits.waitMsMax=60000'],
  });
  const client = cluster.client();
  const mix = await EditMix.prepare(client, { templates: 2, steps, side: 64, maskRatios: [0.25, 0.5] });
  const random = seeded(seed);
  const run = async ({ spec }: MixedEdit) => {
    const { pictures } = await client.edit(spec, { deadlineMs: 60_000 });
    return Buffer.from(pictures[0]?.image ?? new Uint8Array());
  };
  const undisturbed: { readonly edit: MixedEdit; readonly bytes: Buffer }[] = [];
  for (let kind = 0; kind < kinds; kind++) {
    const edit = mix.next(random);
    undisturbed.push({ edit, bytes: await run(edit) });
  }
  const send = async (index: number): Promise<'good' | 'wrong'> => {
    const known = undisturbed[index % kinds];
    return known !== undefined && known.bytes.equals(await run(known.edit)) ? 'good' : 'wrong';
  };
  const [ended] = await Promise.all([
    closedLoop({ count: edits, atOnce, send }),
    killWorkers(cluster, { kills, seed: seed + 1 }),
  ]);
  return ended;
}
