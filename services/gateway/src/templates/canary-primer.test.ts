import assert from 'node:assert/strict';
import { test } from 'node:test';
import { TemplateLibrary, type TemplateRecord } from '@instgenie/templates';
import { canaryModel, isPrimedFor } from '../models/canary-model.ts';
import { CanaryPrimer } from './canary-primer.ts';
import { caller, key, models, openDesk, type PrimeScript, pictureFile, settings } from './testing.ts';

const canary = { model: 'first', to: 'second', share: 1 };
const [first, second] = models;
assert.ok(first !== undefined && second !== undefined);

/** Each priming makes another variant, and tells which model it was of. */
function primeScript(primed: string[], failing: readonly string[] = []): PrimeScript {
  return async function* ({ template }) {
    const name = template?.model ?? '';
    if (failing.includes(name)) throw new Error('broken');
    primed.push(name);
    yield { done: 8, total: 8, variant: key(primed.length), bytes: 4096 };
  };
}

/** Three templates that were edited, one that was not, and one of the other model. */
async function openTemplates(failing: readonly string[] = []) {
  const primed: string[] = [];
  const opened = await openDesk({ scripts: { w1: primeScript(primed, failing) } });
  const { desk, blobs, fleet, log, clock } = opened;
  const records: TemplateRecord[] = [];
  for (let shade = 0; shade < 5; shade++) {
    const model = shade < 4 ? 'first' : 'second';
    const { record } = await desk.create(settings({ model }), await pictureFile(shade), caller('acme'));
    records.push(record);
    if (shade === 3) continue;
    desk.used(record, { key: key(1000 + shade), bytes: 4096, route: key(2000 + shade) });
  }
  await desk.flush();
  const parts = { templates: desk, fleet, canaries: [canary], blobs, now: () => clock.ms, log };
  const library = new TemplateLibrary(blobs, () => new Date(clock.ms));
  const now = async () => await Promise.all(records.map(({ tenant, id }) => library.get(tenant, id)));
  return { ...opened, parts, primed, now };
}

test('templates that were edited are primed for the version once, and move then', async () => {
  await using opened = await openTemplates();
  const { parts, primed, now, clock, fleet } = opened;
  const sides = async () =>
    (await now()).map((record) => canaryModel(record, first, { canaries: [canary], models })?.name ?? 'first');
  assert.deepEqual((await sides()).slice(0, 4), ['first', 'first', 'first', 'second']);
  await using primer = new CanaryPrimer(parts);
  assert.deepEqual(await primer.round(), { primed: 3, failed: 0 });
  assert.deepEqual(primed, ['second', 'second', 'second']);
  assert.ok(fleet.picks.every(({ model, priority }) => model === 'second' && priority === 'batch'));
  assert.deepEqual((await sides()).slice(0, 4), ['second', 'second', 'second', 'second']);
  assert.equal(await primer.round(), undefined, 'another gateway has just begun');
  clock.ms += 60_000;
  assert.deepEqual(await primer.round(), { primed: 0, failed: 0 });
});

test('a round has a bound, and ends where workers fail again and again; edits stay where they were', async () => {
  await using bounded = await openTemplates();
  await using one = new CanaryPrimer({ ...bounded.parts, batchMax: 2 });
  assert.deepEqual(await one.round(), { primed: 2, failed: 0 });
  await using broken = await openTemplates(['second']);
  await using primer = new CanaryPrimer(broken.parts);
  assert.deepEqual(await primer.round(), { primed: 0, failed: 3 });
  assert.ok((await broken.now()).slice(0, 3).every((record) => !isPrimedFor(record, second)));
});
