import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ServiceError } from '@instgenie/domain';
import { type CallOptions, connect, serve, templateServiceDefinition, type v1 } from '@instgenie/rpc';
import type { Caller, Scope } from '@instgenie/tenants';
import { caller, dayMs, key, openDesk, pictureFile } from '../templates/testing.ts';
import { templateService } from './template-service.ts';

const pictureBytesMax = 2 ** 20;
const { signal } = new AbortController();

/** `Bearer TENANT/SCOPES`. */
async function authenticate(authorization: string | undefined): Promise<Caller> {
  const [tenant = '', scopes = ''] = authorization?.replace('Bearer ', '').split('/') ?? [];
  if (tenant === '') throw new ServiceError('unauthenticated', 'who?');
  return { ...caller(tenant), scopes: new Set(scopes.split(',') as Scope[]) };
}

const as = (tenant: string, scopes = 'template'): CallOptions => ({
  deadlineMs: 60_000,
  signal,
  authorization: `Bearer ${tenant}/${scopes}`,
});

async function open() {
  const opened = await openDesk({
    scripts: {
      w1: async function* () {
        for (const done of [1, 2]) yield { done, total: 2, variant: key(1), bytes: 4096 };
      },
    },
  });
  const service = templateService({
    templates: opened.desk,
    authenticator: { authenticate },
    limits: { pictureBytesMax },
  });
  const server = await serve('127.0.0.1:0', { services: [service], limits: { drainMs: 0 } }, signal);
  const client = connect(`127.0.0.1:${server.port}`, templateServiceDefinition());
  return {
    ...opened,
    client,
    [Symbol.asyncDispose]: async () => {
      await client[Symbol.asyncDispose]();
      await server[Symbol.asyncDispose]();
      await opened[Symbol.asyncDispose]();
    },
  };
}

function* upload(
  settings: v1.TemplateSettings,
  file: Uint8Array,
  pieceBytes = 1000,
): Iterable<v1.CreateTemplateRequest> {
  yield { settings, part: 'settings' };
  for (let from = 0; from < file.length; from += pieceBytes) {
    yield { data: Buffer.from(file.subarray(from, from + pieceBytes)), part: 'data' };
  }
}

test('a template is uploaded, found, listed, read, primed, pinned, granted and deleted', async () => {
  await using opened = await open();
  const { client, clock } = opened;
  const file = await pictureFile(7, 600);
  const settings = {
    name: 'poster',
    steps: 4,
    guidance: 2,
    noiseSeed: 2 ** 32 - 1,
    ttl: { seconds: 86_400, nanos: 0 },
  };
  const made = await client.upload('CreateTemplate', upload(settings, file, 300), as('shop'));
  assert.ok(made.template !== null);
  const { templateId, expireTime, createTime, ...facts } = made.template;
  assert.match(templateId, /^[0-9a-f]{24}$/);
  assert.equal(createTime?.seconds, clock.ms / 1000);
  assert.equal(expireTime?.seconds, (clock.ms + dayMs) / 1000);
  assert.deepEqual(
    { ...facts, sha256: facts.sha256.length },
    {
      settings: {
        name: 'poster',
        model: 'first',
        steps: 4,
        _steps: 'steps',
        guidance: 2,
        _guidance: 'guidance',
        prompt: '',
        noiseSeed: 2 ** 32 - 1,
        keepEvery: 1,
        ttl: { seconds: 86_400, nanos: 0 },
      },
      width: 600,
      height: 600,
      sha256: 64,
      isPinned: false,
      isWarm: false,
      activationBytes: 0,
      grantedTo: [],
    },
  );
  const pieces = await Array.fromAsync(client.stream('ReadTemplatePicture', { templateId }, as('shop')));
  assert.deepEqual(Buffer.concat(pieces.map(({ data }) => data)), Buffer.from(file));
  const primed = await Array.fromAsync(client.stream('PrimeTemplate', { templateId }, as('shop')));
  assert.deepEqual(
    primed,
    [1, 2].map((done) => ({ done, total: 2, activationBytes: 4096 })),
  );
  const pinned = await client.unary('PinTemplate', { templateId, isPinned: true }, as('shop'));
  assert.deepEqual(
    [pinned.template?.isPinned, pinned.template?.isWarm, pinned.template?.activationBytes],
    [true, true, 4096],
  );
  const granted = await client.unary('GrantTemplate', { templateId, tenant: 'agency', isGranted: true }, as('shop'));
  assert.deepEqual(granted.template?.grantedTo, ['agency']);
  const seen = await client.unary('GetTemplate', { templateId }, as('agency', 'edit'));
  assert.deepEqual([seen.template?.templateId, seen.template?.grantedTo], [templateId, []]);
  const { templates, nextPageToken } = await client.unary('ListTemplates', {}, as('shop', 'edit'));
  assert.deepEqual([templates.map((template) => template.templateId), nextPageToken], [[templateId], '']);
  await client.unary('DeleteTemplate', { templateId }, as('shop'));
  await assert.rejects(client.unary('GetTemplate', { templateId }, as('shop')), { code: 'not-found' });
});

test('a file that is larger than allowed is refused while it comes', async () => {
  await using opened = await open();
  let sent = 0;
  async function* endless(): AsyncIterable<v1.CreateTemplateRequest> {
    yield { settings: {}, part: 'settings' };
    for (;;) {
      sent += 2 ** 18;
      yield { data: Buffer.alloc(2 ** 18), part: 'data' };
    }
  }
  await assert.rejects(opened.client.upload('CreateTemplate', endless(), as('shop')), {
    code: 'invalid',
    field: 'data',
  });
  assert.ok(sent < 2 ** 26, `${sent} bytes were sent`);
  assert.equal(opened.blobs.puts, 0);
});

test('one tenant that uploads slowly leaves room for others', async () => {
  await using opened = await open();
  const { client } = opened;
  const leave = new AbortController();
  const begun = Array.from({ length: 16 }, () => Promise.withResolvers<void>());
  async function* slow(at: number): AsyncIterable<v1.CreateTemplateRequest> {
    yield { settings: {}, part: 'settings' };
    begun[at]?.resolve();
    await new Promise((resolve) => leave.signal.addEventListener('abort', resolve));
  }
  const options = { ...as('slow'), signal: leave.signal };
  const uploads = begun.map((_, at) => client.upload('CreateTemplate', slow(at), options).catch(() => undefined));
  await Promise.all(begun.map(({ promise }) => promise));
  await assert.rejects(client.upload('CreateTemplate', upload({}, await pictureFile(1)), as('slow')), {
    code: 'overloaded',
  });
  const other = await client.upload('CreateTemplate', upload({}, await pictureFile(1)), as('shop'));
  assert.ok(other.template !== null);
  leave.abort();
  await Promise.all(uploads);
});

const wrong: readonly { name: string; parts: v1.CreateTemplateRequest[]; field: string }[] = [
  { name: 'nothing', parts: [], field: 'settings' },
  { name: 'data before settings', parts: [{ data: Buffer.alloc(1), part: 'data' }], field: 'settings' },
  { name: 'settings twice', parts: [{ settings: {} }, { settings: {} }], field: 'settings' },
  { name: 'settings alone', parts: [{ settings: {} }], field: 'data' },
  { name: 'no picture', parts: [{ settings: {} }, { data: Buffer.from('text') }], field: 'data' },
  { name: 'a long name', parts: [{ settings: { name: 'x'.repeat(201) } }], field: 'settings.name' },
  {
    name: 'an unknown model',
    parts: [{ settings: { model: 'x' } }, { data: Buffer.alloc(1) }],
    field: 'settings.model',
  },
  { name: 'too many steps', parts: [{ settings: { steps: 1001 } }], field: 'settings.steps' },
  { name: 'no steps', parts: [{ settings: { steps: 0 } }], field: 'settings.steps' },
  { name: 'no number', parts: [{ settings: { guidance: Number.NaN } }], field: 'settings.guidance' },
  { name: 'a seed too large', parts: [{ settings: { noiseSeed: 2 ** 32 } }], field: 'settings.noise_seed' },
  { name: 'too few kept steps', parts: [{ settings: { keepEvery: 1001 } }], field: 'settings.keep_every' },
  { name: 'a time too short', parts: [{ settings: { ttl: { seconds: 59 } } }], field: 'settings.ttl' },
  { name: 'a negative time', parts: [{ settings: { ttl: { seconds: -600 } } }], field: 'settings.ttl' },
];

test('what is wrong with an upload is named, and nothing is kept', async (context) => {
  await using opened = await open();
  for (const { name, parts, field } of wrong) {
    await context.test(name, async () => {
      const sent = parts.map((part) => ({ ...part, part: 'data' in part ? ('data' as const) : ('settings' as const) }));
      await assert.rejects(opened.client.upload('CreateTemplate', sent, as('shop')), (thrown) => {
        assert.ok(thrown instanceof ServiceError);
        assert.equal(thrown.field, field);
        assert.ok(thrown.code === 'invalid' || thrown.code === 'not-found', thrown.code);
        return true;
      });
    });
  }
  assert.equal(opened.blobs.puts, 0);
});

test('every method asks who calls and what the key allows, before anything else', async () => {
  await using opened = await open();
  const { client, blobs } = opened;
  const templateId = 'a'.repeat(24);
  const calls: readonly [name: string, call: (options: CallOptions) => Promise<unknown>, withEdit: string][] = [
    ['create', (options) => client.upload('CreateTemplate', [], options), 'forbidden'],
    ['get', (options) => client.unary('GetTemplate', { templateId }, options), 'not-found'],
    ['list', (options) => client.unary('ListTemplates', { pageToken: 'x' }, options), 'invalid'],
    ['read', (options) => Array.fromAsync(client.stream('ReadTemplatePicture', { templateId }, options)), 'forbidden'],
    ['delete', (options) => client.unary('DeleteTemplate', { templateId }, options), 'forbidden'],
    ['prime', (options) => Array.fromAsync(client.stream('PrimeTemplate', { templateId }, options)), 'forbidden'],
    ['pin', (options) => client.unary('PinTemplate', { templateId }, options), 'forbidden'],
    ['grant', (options) => client.unary('GrantTemplate', { templateId, tenant: 'b' }, options), 'forbidden'],
  ];
  for (const [name, call, code] of calls) {
    await assert.rejects(call({ deadlineMs: 60_000, signal }), { code: 'unauthenticated' }, name);
    await assert.rejects(call(as('shop', 'job')), { code: 'forbidden', field: 'authorization' }, name);
    await assert.rejects(call(as('shop', 'edit')), { code }, name);
  }
  assert.equal(blobs.puts, 0);
});

test('fields of the other calls are checked and named', async () => {
  await using opened = await open();
  const { client } = opened;
  const file = await pictureFile(1);
  const { template } = await client.upload('CreateTemplate', upload({}, file), as('shop'));
  const templateId = template?.templateId ?? '';
  const named = (field: string) => ({ code: 'invalid', field });
  await assert.rejects(client.unary('ListTemplates', { pageSize: 1001 }, as('shop')), named('page_size'));
  await assert.rejects(client.unary('ListTemplates', { pageToken: 'nonsense' }, as('shop')), named('page_token'));
  for (const tenant of ['', '../x', 'x'.repeat(300)]) {
    const granting = client.unary('GrantTemplate', { templateId, tenant, isGranted: true }, as('shop'));
    await assert.rejects(granting, named('tenant'));
  }
  const prime = { templateId, mask: Buffer.from('no mask') };
  await assert.rejects(Array.fromAsync(client.stream('PrimeTemplate', prime, as('shop'))), named('mask'));
  const mode = { templateId, maskMode: 9 as never };
  await assert.rejects(Array.fromAsync(client.stream('PrimeTemplate', mode, as('shop'))), named('mask_mode'));
  for (const id of ['', 'x', '../../etc', 'a'.repeat(1e6)]) {
    const lost = { code: 'not-found', field: 'template_id' };
    await assert.rejects(client.unary('GetTemplate', { templateId: id }, as('shop')), lost);
  }
});
