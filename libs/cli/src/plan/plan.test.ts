import assert from 'node:assert/strict';
import { tmpdir } from 'node:os';
import { test } from 'node:test';
import { runHere } from '../testing-here.ts';
import { deviceTimes, fluxAt1024, gpus, templateBytes } from './device.ts';
import { type FleetSetting, simulateFleet } from './simulate-fleet.ts';

const h100 = gpus['h100'];
assert.ok(h100 !== undefined);
const device = deviceTimes(fluxAt1024, h100);
const setting: FleetSetting = {
  workers: 2,
  device,
  batchMax: 8,
  steps: 28,
  tokens: 4096,
  aroundMs: 100,
  stepLoadMs: { memory: 7, disk: 60, peer: 300 },
  inMemory: 20,
  onDisk: 100,
  templates: 10,
  skew: 1,
  masks: [0.11],
  editsPerMs: 0.0001,
  edits: 200,
  seed: 7,
};
const aloneMs = 100 + 28 * (device.startMs + device.rowsMs(Math.round(0.11 * 4096)));
const p = (sorted: readonly number[], share: number) => sorted[Math.floor(share * sorted.length)] ?? 0;

test('a step takes what was measured, dense and masked', () => {
  assert.ok(Math.abs(device.startMs + device.rowsMs(4096) - 134) < 0.01);
  assert.ok(Math.abs(device.startMs + device.rowsMs(Math.round(0.11 * 4096)) - 34) < 0.5);
  assert.throws(() => deviceTimes(fluxAt1024, { ...h100, maskedMs: 140 }), { code: 'invalid', field: 'step-ms' });
});

test("a template takes what is known of it: 81 GB in 16 bits, a quarter of int8's half for every fourth step", () => {
  const of = (storage: 'float16' | 'int8', keepEvery: number) =>
    templateBytes(fluxAt1024, { storage, keepEvery }) / 1e9;
  assert.deepEqual([of('float16', 1), of('int8', 1), of('int8', 4)].map(Math.round), [80, 41, 10]);
});

test('an edit alone takes as long as its steps, and the same seed gives the same forecast', async () => {
  const forecast = await simulateFleet(setting);
  assert.ok(Math.abs(p(forecast.latencyMs, 0.5) - aloneMs) < 1);
  assert.equal(forecast.tiers.memory, 1);
  assert.deepEqual(await simulateFleet(setting), forecast);
});

test('more load waits longer, more workers wait less', async () => {
  const busy = { ...setting, editsPerMs: 0.0018, edits: 1000 };
  const [calm, crowded, roomy] = await Promise.all(
    [setting, busy, { ...busy, workers: 4 }].map(async (each) => (await simulateFleet(each)).latencyMs),
  );
  assert.ok(calm !== undefined && crowded !== undefined && roomy !== undefined);
  assert.ok(p(crowded, 0.95) > 1.5 * p(calm, 0.95));
  assert.ok(p(roomy, 0.95) < p(crowded, 0.95));
});

test('what does not fit memory comes from disk, and what fits neither from peers or is computed', async () => {
  const { tiers: disk } = await simulateFleet({ ...setting, inMemory: 1 });
  assert.ok(disk.disk > 0.3 && disk.none === 0);
  const { tiers: none, latencyMs } = await simulateFleet({ ...setting, inMemory: 1, onDisk: 1, templates: 1000 });
  assert.ok(none.none > 0.5);
  assert.ok(p(latencyMs, 0.9) > 3 * aloneMs);
});

test('the command finds the smallest fleet, and thinner activations need less', async () => {
  const run = async (...args: readonly string[]) => await runHere(['plan', ...args], tmpdir());
  const asked = ['--templates', '30', '--edits-per-day', '10000'] as const;
  const { stdout, exitCode } = await run(...asked, '--keep-every', '4', '--compare', '--json');
  assert.equal(exitCode, 0);
  const { plan, alternatives } = JSON.parse(stdout);
  assert.ok(plan.latencyMs.p95 <= 5000 && plan.latencyMs.p50 <= plan.latencyMs.p95);
  const workers = alternatives.map((each: { readonly plan: { readonly workers: number } }) => each.plan.workers);
  assert.ok(workers[0] >= workers[3] && workers[1] >= workers[3]);
  const text = await run(...asked, '--workers', '5', '--keep-every', '4');
  assert.match(text.stdout, /^workers +5, .*\n.*\nlatency +P50 .*\na template +10\.4 GB, /s);
});

for (const { name, args, stderr } of [
  { name: 'no mask ratio', args: ['--masks', '0,2'], stderr: /^instgenie: masks: expected ratios/ },
  { name: 'no times', args: ['--step-ms', '134'], stderr: /^instgenie: step-ms: expected two times/ },
  { name: 'times that make no line', args: ['--step-ms', '134,200'], stderr: /^instgenie: step-ms: the masked time/ },
  { name: 'no folder of a model', args: ['--model', 'nothing-here'], stderr: /^instgenie: / },
]) {
  test(`${name}: exit code 2 and one clear text`, async () => {
    const result = await runHere(['plan', '--templates', '1', '--edits-per-day', '1', ...args], tmpdir());
    assert.match(result.stderr, stderr);
    assert.deepEqual([result.exitCode, result.stdout], [2, '']);
  });
}
