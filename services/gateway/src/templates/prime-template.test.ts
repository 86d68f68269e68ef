import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ServiceError } from '@instgenie/domain';
import { encodePicture } from '@instgenie/pictures';
import { plainPicture } from '@instgenie/pictures/testing';
import { caller, key, openDesk, type PrimeScript, pictureFile, settings } from './testing.ts';

const shop = caller('shop');
const { signal } = new AbortController();
const whole = { mask: undefined, maskMode: 'auto' } as const;

const good: PrimeScript = async function* () {
  for (const done of [4, 8]) yield { done, total: 8, variant: key(1), bytes: 4096 };
};

test('a template is primed by a worker, and its variant is known when that has ended', async () => {
  const asked: Parameters<PrimeScript>[0][] = [];
  await using opened = await openDesk({
    scripts: {
      w1: async function* (request) {
        asked.push(request);
        yield* good(request);
      },
    },
  });
  const { desk, fleet } = opened;
  const { record } = await desk.create(settings({ guidance: 2 }), await pictureFile(1), shop);
  const news = await Array.fromAsync(desk.prime({ id: record.id, ...whole }, { caller: shop, signal }));
  assert.deepEqual(news, [
    { done: 4, total: 8, bytes: 4096 },
    { done: 8, total: 8, bytes: 4096 },
  ]);
  const { template, tenant, mask } = asked[0] ?? {};
  assert.deepEqual(
    [tenant, template?.stored, template?.model, template?.steps, template?.guidance, mask?.length],
    ['shop', record.source.sha256, 'first', 8, 2, 0],
  );
  const [pick] = fleet.picks;
  assert.deepEqual([pick?.priority, pick?.tokens, pick?.maskedTokens], ['batch', 16, 16]);
  assert.deepEqual(
    fleet.endings.map(({ worker, ending }) => [worker, ending]),
    [['w1', 'done']],
  );
  const { record: primed } = await desk.get(record.id, shop);
  assert.deepEqual(primed.variants, [{ key: key(1), bytes: 4096, route: pick?.affinity }]);
  await Array.fromAsync(desk.prime({ id: record.id, ...whole }, { caller: shop, signal }));
  assert.deepEqual(fleet.picks[1]?.variants, [key(1)]);
});

test('when a worker is lost or full, another one begins anew; after three it is given up', async () => {
  const lost: PrimeScript = async function* () {
    yield { done: 2, total: 8, variant: key(1), bytes: 4096 };
    throw new ServiceError('unavailable', 'it leaves');
  };
  const full: PrimeScript = async function* () {
    yield* [];
    throw new ServiceError('overloaded', 'no room');
  };
  await using opened = await openDesk({ scripts: { w1: lost, w2: full, w3: good, w4: good } });
  const { desk, fleet } = opened;
  const { record } = await desk.create(settings(), await pictureFile(1), shop);
  const news = await Array.fromAsync(desk.prime({ id: record.id, ...whole }, { caller: shop, signal }));
  assert.deepEqual(
    news.map(({ done }) => done),
    [2, 4, 8],
  );
  assert.deepEqual(
    fleet.endings.map(({ worker, ending }) => [worker, ending]),
    [
      ['w1', 'failed'],
      ['w2', 'refused'],
      ['w3', 'done'],
    ],
  );
  await using hopeless = await openDesk({ scripts: { w1: lost, w2: lost, w3: lost, w4: good } });
  const made = await hopeless.desk.create(settings(), await pictureFile(1), shop);
  const primed = Array.fromAsync(hopeless.desk.prime({ id: made.record.id, ...whole }, { caller: shop, signal }));
  await assert.rejects(primed, { code: 'unavailable' });
  assert.equal(hopeless.fleet.endings.length, 3);
});

test('what a worker calls wrong is not tried elsewhere, and who stops reading cancels it', async () => {
  await using opened = await openDesk({
    scripts: {
      w1: async function* ({ template }) {
        if (template?.noiseSeed === 1)
          throw new ServiceError('invalid', 'template.guidance: too large', { field: 'x' });
        yield* good({} as never);
      },
      w2: good,
    },
  });
  const { desk, fleet } = opened;
  const wrong = await desk.create(settings({ noiseSeed: 1 }), await pictureFile(1), shop);
  const refused = Array.fromAsync(desk.prime({ id: wrong.record.id, ...whole }, { caller: shop, signal }));
  await assert.rejects(refused, { code: 'invalid' });
  const { record } = await desk.create(settings(), await pictureFile(1), shop);
  for await (const { done } of desk.prime({ id: record.id, ...whole }, { caller: shop, signal })) {
    assert.equal(done, 4);
    break;
  }
  assert.deepEqual(
    fleet.endings.map(({ worker, ending }) => [worker, ending]),
    [
      ['w1', 'cancelled'],
      ['w1', 'cancelled'],
    ],
  );
});

test('a mask says which window of a large picture is primed, and a wrong one is refused before a worker is asked', async () => {
  await using opened = await openDesk({ scripts: { w1: good } });
  const { desk, fleet } = opened;
  const { record } = await desk.create(settings(), await pictureFile(1, 160), shop);
  const size = { width: 160, height: 160 };
  const mask = await encodePicture(plainPicture(size, [255, 255, 255]), 'png');
  const data = new Uint8Array(160 * 160 * 3);
  data.fill(255, 0, 30);
  const corner = await encodePicture({ ...size, channels: 3, data }, 'png');
  const routes: unknown[] = [];
  for (const file of [undefined, mask, corner]) {
    await Array.fromAsync(desk.prime({ id: record.id, mask: file, maskMode: 'white' }, { caller: shop, signal }));
    routes.push(fleet.picks.at(-1)?.affinity);
  }
  assert.equal(routes[0], routes[1]);
  assert.notEqual(routes[0], routes[2]);
  const small = await encodePicture(plainPicture({ width: 8, height: 8 }, [255, 255, 255]), 'png');
  const wrong = Array.fromAsync(
    desk.prime({ id: record.id, mask: small, maskMode: 'white' }, { caller: shop, signal }),
  );
  await assert.rejects(wrong, { code: 'invalid', field: 'mask' });
  assert.equal(fleet.picks.length, 3);
});

test('priming is charged for the steps that were computed, by whichever workers, and not for what was held', async () => {
  const lost: PrimeScript = async function* () {
    yield { done: 2, total: 8, variant: key(1), bytes: 4096 };
    throw new ServiceError('unavailable', 'it leaves');
  };
  const held: PrimeScript = async function* () {
    yield { done: 8, total: 8, variant: key(1), bytes: 4096 };
  };
  for (const { scripts, computed } of [
    { scripts: { w1: good }, computed: 8 },
    { scripts: { w1: lost, w2: good }, computed: 10 },
    { scripts: { w1: lost, w2: held }, computed: 2 },
    { scripts: { w1: held }, computed: 0 },
  ]) {
    await using opened = await openDesk({ scripts });
    const { desk, charges } = opened;
    const { record } = await desk.create(settings(), await pictureFile(1), shop);
    await Array.fromAsync(desk.prime({ id: record.id, ...whole }, { caller: shop, signal }));
    assert.deepEqual([charges.planned, charges.computed], [[16 * 8], [16 * computed]]);
  }
});

test('without quota nobody is asked to prime', async () => {
  await using opened = await openDesk({ scripts: { w1: good } });
  const { desk, charges, fleet } = opened;
  const { record } = await desk.create(settings(), await pictureFile(1), shop);
  charges.refusal = new ServiceError('overloaded', 'quota: none is left', { field: 'quota' });
  const priming = Array.fromAsync(desk.prime({ id: record.id, ...whole }, { caller: shop, signal }));
  await assert.rejects(priming, { code: 'overloaded', field: 'quota' });
  assert.equal(fleet.picks.length, 0);
});
