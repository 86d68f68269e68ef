import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { ServiceError } from '@instgenie/domain';
import { caller, dayMs, key, openDesk, pictureFile, settings } from './testing.ts';

const shop = caller('shop');
const notFound = { code: 'not-found' };

suite('templates of a tenant', () => {
  test('the same picture with the same settings is one template, and its file is given back', async () => {
    await using opened = await openDesk();
    const { desk, lines } = opened;
    const file = await pictureFile(1);
    const { record, expiresAtMs, isWarm } = await desk.create(settings(), file, shop);
    assert.deepEqual(
      [record.model, record.source.width, record.isInline, isWarm, expiresAtMs - opened.clock.ms],
      ['first', 64, false, false, 100 * dayMs],
    );
    assert.equal((await desk.create(settings({ name: 'again' }), file, shop)).record.id, record.id);
    const others = [
      { model: 'second' },
      { steps: 4 },
      { guidance: 2 },
      { prompt: 'x' },
      { noiseSeed: 1 },
      { keepEvery: 2 },
    ];
    const ids = new Set([record.id]);
    for (const fields of others) ids.add((await desk.create(settings(fields), file, shop)).record.id);
    assert.equal(ids.size, others.length + 1);
    assert.deepEqual(await desk.picture(record.id, shop), Buffer.from(file));
    assert.equal(lines.length, ids.size);
    assert.ok(!lines.join().includes('shop'));
  });

  test('a model that nobody serves and a file that is no picture are refused, and leave nothing', async () => {
    await using opened = await openDesk();
    const { desk, blobs } = opened;
    const file = await pictureFile(1);
    await assert.rejects(desk.create(settings({ model: 'third' }), file, shop), {
      ...notFound,
      field: 'settings.model',
    });
    const cut = file.subarray(0, file.length - 20);
    await assert.rejects(desk.create(settings(), cut, shop), { code: 'invalid', field: 'data' });
    assert.equal(blobs.puts, 0);
  });

  test('pages hold all of them, and a token of somebody is refused', async () => {
    await using opened = await openDesk();
    const { desk } = opened;
    const file = await pictureFile(1);
    for (let noiseSeed = 0; noiseSeed < 5; noiseSeed++) await desk.create(settings({ noiseSeed }), file, shop);
    const first = await desk.list({ size: 3, token: '' }, shop);
    const second = await desk.list({ size: 3, token: first.nextToken }, shop);
    const ids = [...first.templates, ...second.templates].map(({ record }) => record.id);
    assert.deepEqual([ids.length, new Set(ids).size, second.nextToken], [5, 5, '']);
    assert.deepEqual((await desk.list({ size: 3, token: '' }, caller('other'))).templates, []);
    for (const token of ['x', `${first.nextToken}=`, Buffer.from('1:zz').toString('base64url')]) {
      await assert.rejects(desk.list({ size: 3, token }, shop), { code: 'invalid', field: 'page_token' });
    }
  });

  test('quotas of templates and activations name their limit, and what is there already is no more', async () => {
    await using opened = await openDesk();
    const { desk } = opened;
    const file = await pictureFile(1);
    const limited = caller('shop', { templates: 1, activationBytes: 100 });
    const { record } = await desk.create(settings(), file, limited);
    await desk.create(settings(), file, limited);
    const more = desk.create(settings({ steps: 2 }), file, limited);
    await assert.rejects(more, { code: 'overloaded', field: 'quota.templates', message: /all 1 templates/ });
    const inline = desk.resolve({ kind: 'inline', bytes: await pictureFile(2), model: 'first' }, limited);
    await assert.rejects(inline, { code: 'overloaded', field: 'quota.templates' });
    desk.used(record, { key: key(1), bytes: 100, route: key(9) });
    await desk.flush();
    const full = desk.create(settings({ steps: 2 }), file, caller('shop', { activationBytes: 100 }));
    await assert.rejects(full, { field: 'quota.activation_bytes', message: /100 of 100 bytes/ });
    await assert.rejects(
      Array.fromAsync(
        desk.prime(
          { id: record.id, mask: undefined, maskMode: 'auto' },
          { caller: limited, signal: new AbortController().signal },
        ),
      ),
      { field: 'quota.activation_bytes' },
    );
  });
});

suite('templates of others', () => {
  test("another tenant's id is like one that nobody has, in words and in blobs that are read", async () => {
    await using opened = await openDesk();
    const { desk, blobs } = opened;
    const { record } = await desk.create(settings(), await pictureFile(1), shop);
    await desk.grant({ id: record.id, tenant: 'agency', isGranted: true }, shop);
    await desk.resolve({ kind: 'template', id: record.id }, shop);
    const stranger = caller('stranger');
    const { signal } = new AbortController();
    const calls: ((id: string) => Promise<unknown>)[] = [
      (id) => desk.get(id, stranger),
      (id) => desk.picture(id, stranger),
      (id) => desk.delete(id, stranger),
      (id) => desk.pin(id, true, stranger),
      (id) => desk.grant({ id, tenant: 'stranger', isGranted: true }, stranger),
      (id) => desk.resolve({ kind: 'template', id }, stranger),
      (id) => Array.fromAsync(desk.prime({ id, mask: undefined, maskMode: 'auto' }, { caller: stranger, signal })),
    ];
    for (const call of calls) {
      const outcomes = [];
      for (const id of [record.id, 'e'.repeat(24)]) {
        blobs.gets = 0;
        const thrown = await call(id).catch((reason: unknown) => reason);
        assert.ok(thrown instanceof ServiceError && thrown.code === 'not-found', String(thrown));
        outcomes.push([thrown.message, thrown.field, blobs.gets]);
      }
      assert.deepEqual(outcomes[0], outcomes[1]);
    }
  });

  test('who was granted a template sees, reads and edits it, and does nothing else', async () => {
    await using opened = await openDesk();
    const { desk } = opened;
    const agency = caller('agency');
    const file = await pictureFile(1);
    const { record } = await desk.create(settings(), file, shop);
    const granted = await desk.grant({ id: record.id, tenant: 'agency', isGranted: true }, shop);
    assert.deepEqual(granted.record.grantedTo, ['agency']);
    const seen = await desk.get(record.id, agency);
    assert.deepEqual([seen.record.id, seen.record.grantedTo], [record.id, []]);
    assert.deepEqual(await desk.picture(record.id, agency), Buffer.from(file));
    assert.equal((await desk.resolve({ kind: 'template', id: record.id }, agency)).tenant, 'shop');
    const forbidden = { code: 'forbidden', field: 'template_id' };
    await assert.rejects(desk.delete(record.id, agency), forbidden);
    await assert.rejects(desk.pin(record.id, true, agency), forbidden);
    await assert.rejects(desk.grant({ id: record.id, tenant: 'x', isGranted: true }, agency), forbidden);
    await desk.grant({ id: record.id, tenant: 'agency', isGranted: false }, shop);
    await assert.rejects(desk.get(record.id, agency), notFound);
    await assert.rejects(desk.resolve({ kind: 'template', id: record.id }, agency), notFound);
    const self = desk.grant({ id: record.id, tenant: 'shop', isGranted: true }, shop);
    await assert.rejects(self, { code: 'invalid', field: 'tenant' });
  });

  test('a picture that another tenant has costs as much as one that nobody has', async () => {
    await using opened = await openDesk();
    const { desk, blobs } = opened;
    await desk.create(settings(), await pictureFile(1), shop);
    const costs = [];
    for (const shade of [1, 2]) {
      [blobs.gets, blobs.puts] = [0, 0];
      await desk.resolve({ kind: 'inline', bytes: await pictureFile(shade), model: 'first' }, caller('stranger'));
      costs.push([blobs.gets, blobs.puts]);
    }
    assert.deepEqual(costs[0], costs[1]);
  });

  test('the same picture of two tenants is two templates', async () => {
    await using opened = await openDesk();
    const { desk } = opened;
    const file = await pictureFile(1);
    const one = await desk.create(settings(), file, shop);
    const two = await desk.create(settings(), file, caller('agency'));
    assert.notEqual(one.record.id, two.record.id);
    await desk.delete(one.record.id, shop);
    assert.deepEqual(await desk.picture(two.record.id, caller('agency')), Buffer.from(file));
  });
});

suite('pictures that come with edits', () => {
  test('many at once make one template, and whoever comes later writes nothing', async () => {
    await using opened = await openDesk();
    const { desk, blobs, clock } = opened;
    const bytes = await pictureFile(1);
    const source = { kind: 'inline', bytes, model: 'first' } as const;
    const made = await Promise.all(Array.from({ length: 20 }, () => desk.resolve(source, shop)));
    assert.equal(new Set(made).size, 1);
    assert.equal(opened.lines.length, 1);
    const { puts } = blobs;
    clock.ms += 10_000;
    assert.equal((await desk.resolve(source, shop)).id, made[0]?.id);
    const elsewhere = opened.other();
    assert.equal((await elsewhere.resolve(source, shop)).id, made[0]?.id);
    assert.equal(blobs.puts, puts);
    assert.notEqual((await desk.resolve({ ...source, model: 'second' }, shop)).id, made[0]?.id);
  });

  test('one ends soon, unless somebody adds it', async () => {
    await using opened = await openDesk();
    const { desk, clock } = opened;
    const bytes = await pictureFile(1);
    const { id } = await desk.resolve({ kind: 'inline', bytes, model: 'first' }, shop);
    assert.equal((await desk.get(id, shop)).expiresAtMs, clock.ms + 7 * dayMs);
    const added = await desk.create(settings({ name: 'poster', ttlMs: 30 * dayMs }), bytes, shop);
    assert.deepEqual(
      [added.record.id, added.record.name, added.record.isInline, added.expiresAtMs],
      [id, 'poster', false, clock.ms + 30 * dayMs],
    );
    assert.equal((await desk.resolve({ kind: 'inline', bytes, model: 'first' }, shop)).name, 'poster');
  });

  test('what is no picture is refused again and again, and leaves nothing', async () => {
    await using opened = await openDesk();
    const source = { kind: 'inline', bytes: new Uint8Array(9), model: 'first' } as const;
    for (let attempt = 0; attempt < 2; attempt++) {
      await assert.rejects(opened.desk.resolve(source, shop), { code: 'invalid', field: 'edit.image' });
    }
    assert.equal(opened.blobs.puts, 0);
  });
});

suite('what edits have used', () => {
  test('variants are written down once, by their routes, and those of many edits together', async () => {
    await using opened = await openDesk();
    const { desk, blobs } = opened;
    const { record } = await desk.create(settings(), await pictureFile(1), shop);
    const before = blobs.puts;
    for (let edit = 0; edit < 100; edit++) {
      desk.used(record, { key: key(edit % 4), bytes: 10, route: key(100 + (edit % 4)) });
    }
    await desk.flush();
    assert.ok(blobs.puts - before <= 2, `${blobs.puts - before} writes`);
    const { record: noted } = await desk.get(record.id, shop);
    assert.deepEqual(
      noted.variants.toSorted((a, b) => (a.key < b.key ? -1 : 1)),
      [0, 1, 2, 3].map((at) => ({ key: key(at), bytes: 10, route: key(100 + at) })),
    );
    const after = blobs.puts;
    desk.used(noted, { key: key(1), bytes: 10, route: key(101) });
    await desk.flush();
    assert.equal(blobs.puts, after);
  });

  test('a use is written down once an hour, and keeps the template', async () => {
    await using opened = await openDesk();
    const { desk, clock, blobs } = opened;
    const { record } = await desk.create(settings({ ttlMs: dayMs }), await pictureFile(1), shop);
    const began = clock.ms;
    const { puts } = blobs;
    for (let minute = 1; minute <= 240; minute++) {
      clock.ms = began + minute * 60_000;
      desk.used((await desk.get(record.id, shop)).record, { key: key(1), bytes: 10, route: key(2) });
      await desk.flush();
    }
    assert.ok(blobs.puts - puts <= 5, `${blobs.puts - puts} writes`);
    clock.ms = began + dayMs + 60_000;
    assert.equal(await desk.hideExpired(10), 0);
    clock.ms = began + 2 * dayMs;
    assert.equal(await desk.hideExpired(10), 1);
    await assert.rejects(desk.get(record.id, shop), notFound);
  });

  test('a failure is logged, and nobody hears of it', async () => {
    await using opened = await openDesk();
    const { desk, lines } = opened;
    const { record } = await desk.create(settings(), await pictureFile(1), shop);
    desk.used(record, { key: 'no key', bytes: 10, route: 'no route' });
    await desk.flush();
    assert.match(lines.at(-1) ?? '', /what an edit used is not written down/);
    assert.deepEqual((await desk.get(record.id, shop)).record.variants, []);
  });
});

test('nothing of a template is left when it is deleted', async () => {
  await using opened = await openDesk();
  const { desk, blobs } = opened;
  const { record } = await desk.create(settings(), await pictureFile(1), shop);
  await desk.grant({ id: record.id, tenant: 'agency', isGranted: true }, shop);
  await desk.resolve({ kind: 'template', id: record.id }, shop);
  await desk.delete(record.id, shop);
  await assert.rejects(desk.resolve({ kind: 'template', id: record.id }, shop), notFound);
  await assert.rejects(desk.delete(record.id, shop), notFound);
  for (const prefix of ['templates/', 'content/', 'grants/', 'deletions/']) {
    assert.deepEqual(await Array.fromAsync(blobs.list(prefix)), []);
  }
});
