import { picture } from '@instgenie/domain';
import { encodePicture } from '@instgenie/pictures';
import { connect, jobServiceDefinition, workerServiceDefinition } from '@instgenie/rpc';
import { Cluster } from '../harness/cluster.ts';
import { EditMix } from '../harness/edit-mix.ts';
import { seeded } from './eviction-trace.ts';
import { interleaved, median } from './rows.ts';

const { signal } = new AbortController();
/** What Node has seen often enough is fast. */
const warmUpRounds = 150;
const resultBytes = 8 * 1024 ** 2;
const options = { deadlineMs: 60_000, signal };

export interface PathFigures {
  /** An edit through the gateway, and the same one sent to its worker. */
  readonly edit: { readonly gatewayMs: number; readonly workerMs: number };
  /** A stored result of 8 MiB, megabytes a second. */
  readonly streamMbS: number;
  /** A new template's picture of 8 MiB, megabytes a second. */
  readonly uploadMbS: number;
}

/** What a gateway adds to a small edit. */
export async function measureGateway(rounds: number): Promise<PathFigures['edit']> {
  // Steps take as good as nothing: what is left is everything around them.
  await using cluster = await Cluster.start({ workers: 1, workerSet: ['timeScale=0.001', 'side=128'] });
  const [worker] = cluster.workers;
  if (worker === undefined) throw new RangeError('a cluster has workers');
  await using direct = connect(worker.address, workerServiceDefinition());
  await using calls = cluster.plainCalls();
  const client = cluster.client();
  const mix = await EditMix.prepare(client, { templates: 1, steps: 1 });
  const [templateId = ''] = mix.templateIds;
  const { sha256 } = await client.templates.get(templateId);
  let seed = 0;
  const timed = async (work: () => Promise<unknown>) => {
    const began = performance.now();
    await work();
    return performance.now() - began;
  };
  const gateway = () => timed(() => calls.edit(mix.edit({ template: 0, mask: 2, seed: seed++ }), 60_000));
  const alone = () =>
    timed(async () => {
      const { spec } = mix.edit({ template: 0, mask: 2, seed: seed++ });
      const request = {
        editId: `edit-${seed}`,
        tenant: 'bench',
        template: { stored: sha256, picture: 'stored' as const, steps: 1 },
        mask: Buffer.from(spec.mask),
        maskMode: 'MASK_MODE_WHITE' as const,
        prompt: spec.prompt,
        seed,
      };
      for await (const _ of direct.stream('Edit', request, options));
    });
  for (let round = 0; round < warmUpRounds; round++) {
    await gateway();
    await alone();
  }
  const ms = await interleaved({ gateway, alone }, rounds);
  return { gatewayMs: ms.gateway, workerMs: ms.alone };
}

/** How fast large files go through a gateway, down and up. */
export async function measureFiles(rounds: number): Promise<Pick<PathFigures, 'streamMbS' | 'uploadMbS'>> {
  const workerSet = ['timeScale=0.001', 'side=128', `resultBytes=${resultBytes}`];
  await using cluster = await Cluster.start({ workers: 1, hasRedis: true, workerSet });
  const [gateway] = cluster.gateways;
  if (gateway === undefined) throw new RangeError('a cluster has a gateway');
  const client = cluster.client();
  const mix = await EditMix.prepare(client, { templates: 1, steps: 4 });
  const job = await client.jobs.submit([mix.edit({ template: 0, mask: 2, seed: 1 }).spec]);
  const { state } = await client.jobs.wait(job.id, { deadlineMs: 60_000 });
  if (state !== 'done') throw new Error(`the job with the large result is ${state}`);
  await using jobs = connect(gateway.address, jobServiceDefinition());
  const download = async () => {
    let bytes = 0;
    for await (const { data } of jobs.stream('ReadJobResult', { jobId: job.id }, options)) bytes += data.length;
    return bytes;
  };
  const files = await largePictures(rounds + 2);
  let next = 0;
  const upload = async () => {
    const file = files[next++ % files.length] ?? new Uint8Array();
    await client.templates.create(file, { name: `upload ${next}` });
    return file.length;
  };
  return { streamMbS: await rateOf(download, 3 * rounds), uploadMbS: await rateOf(upload, rounds) };
}

/** Megabytes a second, median; `pass` says how many bytes it has moved. The first two times warm up. */
async function rateOf(pass: () => Promise<number>, rounds: number): Promise<number> {
  const rates: number[] = [];
  for (let round = -2; round < rounds; round++) {
    const began = performance.now();
    const bytes = await pass();
    if (round >= 0) rates.push(bytes / 1000 / (performance.now() - began));
  }
  return median(rates);
}

/** Pictures that no png makes smaller, about 8 MiB each. */
async function largePictures(count: number): Promise<readonly Uint8Array[]> {
  const [width, height] = [2048, 1365];
  const random = seeded(9);
  const data = Uint8Array.from({ length: width * height * 3 }, () => random() * 256);
  const files: Uint8Array[] = [];
  for (let index = 0; index < count; index++) {
    data[0] = index;
    files.push(await encodePicture(picture({ width, height, channels: 3, data }), 'png'));
  }
  return files;
}
