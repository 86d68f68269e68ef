import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { ManualClock, temporaryDirectory } from '../testing.ts';
import { UsageLedger } from './usage-ledger.ts';
import { readUsage, usageCsv } from './usage-report.ts';

const edit = { tenant: 'acme', model: 'flux', edits: 1, pictures: 2, maskedTokens: 200, maskedTokenSteps: 5600 };
const today = '2026-11-25';

async function open(settings: { readonly boot?: string; readonly entriesMax?: number } = {}) {
  const clock = new ManualClock();
  const opened = await temporaryDirectory(clock);
  const failures: string[] = [];
  const start = (boot: string) =>
    new UsageLedger({
      blobs: opened.blobs,
      clock,
      nowMs: clock.now,
      writer: 'gateway-1',
      intervalMs: 10_000,
      onFailure: ({ code }) => failures.push(code),
      ...settings,
      boot,
    });
  const damaged: string[] = [];
  const read = (question: { readonly from?: string; readonly to?: string; readonly tenant?: string } = {}) =>
    readUsage(opened.blobs, {
      from: today,
      to: today,
      tenant: undefined,
      onDamaged: (blob) => damaged.push(blob),
      ...question,
    });
  return { ...opened, clock, failures, damaged, start, read };
}

test('what is used is written after the interval, and once more at the end', async () => {
  await using opened = await open();
  const { clock, blobs, read } = opened;
  await using ledger = opened.start('one');
  ledger.add(edit);
  ledger.add(edit);
  assert.deepEqual([await read(), clock.timers], [[], 1]);
  clock.pass(10_000);
  await ledger.flush();
  const twice = { ...edit, day: today, edits: 2, pictures: 4, maskedTokens: 400, maskedTokenSteps: 11_200 };
  assert.deepEqual(await read(), [twice]);
  assert.deepEqual([blobs.writes, clock.timers], [1, 0]);
  ledger.add({ ...edit, edits: 1, pictures: 0, maskedTokens: 0, maskedTokenSteps: 0 });
  await ledger[Symbol.asyncDispose]();
  assert.deepEqual(await read(), [{ ...twice, edits: 3 }]);
});

test('runs and gateways are summed, by day, tenant and model, and one tenant can be asked for', async () => {
  await using opened = await open();
  for (const boot of ['one', 'two']) {
    await using ledger = opened.start(boot);
    ledger.add(edit);
    ledger.add({ ...edit, model: 'a,"b"' });
    ledger.add({ ...edit, tenant: 'other' });
  }
  const rows = await opened.read();
  assert.deepEqual(
    rows.map(({ tenant, model, edits }) => [tenant, model, edits]),
    [
      ['acme', 'a,"b"', 2],
      ['acme', 'flux', 2],
      ['other', 'flux', 2],
    ],
  );
  assert.equal(
    usageCsv(await opened.read({ tenant: 'acme' })),
    [
      'day,tenant,model,edits,pictures,maskedTokens,maskedTokenSteps',
      '2026-11-25,acme,"a,""b""",2,4,400,11200',
      '2026-11-25,acme,flux,2,4,400,11200',
    ].join('\n'),
  );
});

test('a day that is over is kept apart, also when the clock goes back', async () => {
  await using opened = await open();
  const { clock, read } = opened;
  await using ledger = opened.start('one');
  ledger.add(edit);
  clock.pass(86_400_000);
  ledger.add(edit);
  await ledger.flush();
  assert.equal(ledger.counts.days, 1);
  clock.ms -= 86_400_000;
  ledger.add(edit);
  await ledger.flush();
  const rows = await read({ to: '2026-11-26' });
  assert.deepEqual(
    rows.map(({ day, edits }) => [day, edits]),
    [
      ['2026-11-25', 1],
      ['2026-11-26', 2],
    ],
  );
});

test('while the blob store is down nothing is lost, for a week', async () => {
  await using opened = await open();
  const { clock, blobs, read, failures } = opened;
  await using ledger = opened.start('one');
  blobs.isDown = true;
  ledger.add(edit);
  clock.pass(10_000);
  await assert.rejects(ledger.flush(), /down/);
  assert.deepEqual([failures, clock.timers], [['internal'], 1]);
  for (let day = 0; day < 9; day++) {
    clock.ms += 86_400_000;
    ledger.add(edit);
  }
  assert.deepEqual(ledger.counts, { days: 8, daysLost: 2 });
  blobs.isDown = false;
  await ledger.flush();
  assert.equal((await read({ to: '2026-12-31' })).length, 8);
});

test('above their bound tenants are counted together', async () => {
  await using opened = await open({ entriesMax: 2 });
  await using ledger = opened.start('one');
  for (let tenant = 0; tenant < 5; tenant++) ledger.add({ ...edit, tenant: `t${tenant}` });
  await ledger.flush();
  const rows = await opened.read();
  assert.deepEqual(
    rows.map(({ tenant, model, edits }) => [tenant, model, edits]),
    [
      ['*', '*', 3],
      ['t0', 'flux', 1],
      ['t1', 'flux', 1],
    ],
  );
});

test('a blob that cannot be read, or lies under another name, is told', async () => {
  await using opened = await open();
  await using ledger = opened.start('one');
  ledger.add(edit);
  await ledger.flush();
  const [blob = ''] = await Array.fromAsync(opened.blobs.list('usage/'));
  const bytes = (await opened.blobs.get(blob, { bytesMax: 10_000 }))?.bytes ?? new Uint8Array();
  await opened.blobs.put(`usage/${today}/copy.json`, bytes);
  await opened.blobs.put(`usage/${today}/torn.json`, bytes.subarray(1));
  assert.equal((await opened.read())[0]?.edits, 1);
  assert.deepEqual(opened.damaged, [`usage/${today}/copy.json`, `usage/${today}/torn.json`]);
});

for (const [from, to] of [
  ['2026-11-26', today],
  ['2026-02-30', today],
  ['yesterday', today],
  ['1900-01-01', today],
] as const) {
  test(`no usage is asked for from ${from}`, async () => {
    await using opened = await open();
    await assert.rejects(opened.read({ from, to }), { code: 'invalid' });
  });
}

test('whatever is added, flushed and failed in whatever order, all is counted once (seed 9)', async () => {
  const steps = fc.array(fc.constantFrom('add', 'pass', 'flush', 'down', 'up', 'restart'), { maxLength: 25 });
  const run = fc.asyncProperty(steps, async (script) => {
    await using opened = await open();
    const { clock, blobs } = opened;
    let boot = 0;
    let added = 0;
    let ledger = opened.start('0');
    for (const step of script) {
      if (step === 'add') {
        ledger.add(edit);
        added++;
      }
      if (step === 'pass') clock.pass(3_600_000);
      if (step === 'flush') await ledger.flush().catch(() => undefined);
      if (step === 'down' || step === 'up') blobs.isDown = step === 'down';
      if (step === 'restart' && !blobs.isDown) {
        await ledger[Symbol.asyncDispose]();
        ledger = opened.start(`${++boot}`);
      }
    }
    blobs.isDown = false;
    await ledger[Symbol.asyncDispose]();
    const rows = await opened.read({ to: '2026-12-31' });
    const sum = rows.reduce((total, { edits }) => total + edits, 0);
    assert.equal(sum, added);
  });
  await fc.assert(run, { seed: 9, numRuns: 60 });
});
