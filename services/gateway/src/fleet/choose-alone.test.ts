import assert from 'node:assert/strict';
import { test } from 'node:test';
import { chooseAlone } from './choose-alone.ts';
import type { FleetWorker } from './fleet.ts';

const worker = (name: string, fields: Partial<FleetWorker> = {}): FleetWorker => ({
  worker: name,
  address: `${name}:7070`,
  isServing: true,
  isEjected: false,
  isCordoned: false,
  models: [{ name: 'fill', waiting: 0, running: 0, maskedTokenSteps: 0 }],
  edits: 0,
  editsMax: 64,
  variants: 0,
  memoryBytes: 0,
  memoryBytesMax: 0,
  diskBytes: 0,
  diskBytesMax: 0,
  ...fields,
});
const order = { model: 'fill', affinity: 'template', excluded: [] };
const none = new Map<string, number>();

test('edits of one template go to one worker, those of many to all', () => {
  const workers = ['a', 'b', 'c'].map((name) => worker(name));
  const chosen = (affinity: string) => chooseAlone({ ...order, affinity }, workers, none)?.worker;
  assert.equal(chosen('poster'), chosen('poster'));
  const names = new Set(Array.from({ length: 50 }, (_, index) => chosen(`template ${index}`)));
  assert.deepEqual(
    [...names].toSorted((a, b) => (a ?? '').localeCompare(b ?? '')),
    ['a', 'b', 'c'],
  );
});

test('when a worker goes, only its own templates move', () => {
  const workers = ['a', 'b', 'c'].map((name) => worker(name));
  const rest = workers.slice(0, 2);
  for (let index = 0; index < 50; index++) {
    const affinity = `template ${index}`;
    const before = chooseAlone({ ...order, affinity }, workers, none)?.worker;
    const after = chooseAlone({ ...order, affinity }, rest, none)?.worker;
    if (before !== 'c') assert.equal(after, before);
  }
});

test('a busy worker is left to those that are on it', () => {
  const workers = ['a', 'b'].map((name) => worker(name));
  const home = chooseAlone(order, workers, none)?.worker ?? '';
  const other = chooseAlone(order, workers, new Map([[home, 4]]))?.worker;
  assert.notEqual(other, home);
});

for (const [name, fields] of Object.entries({
  'that goes': { isServing: false },
  'that is left out': { isEjected: true },
  'without the model': { models: [] },
})) {
  test(`a worker ${name} is not chosen`, () => {
    assert.equal(chooseAlone(order, [worker('a', fields)], none), undefined);
  });
}

test('a worker that has failed the edit is not chosen again', () => {
  assert.equal(chooseAlone({ ...order, excluded: ['a'] }, [worker('a')], none), undefined);
});
