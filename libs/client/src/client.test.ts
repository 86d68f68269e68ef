import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { type Clock, ServiceError } from '@instgenie/domain';
import { clientStreaming, RetryError, readTls, serverStreaming, unary, type v1 } from '@instgenie/rpc';
import { type ClientOptions, InstgenieClient } from './client.ts';
import { type PublicHandlers, servePublic } from './testing.ts';

const unavailable = () => new ServiceError('unavailable', 'leaving');

/** A clock whose pauses are over at once, and are written down. */
class HastyClock implements Clock {
  readonly pauses: number[] = [];
  now(): number {
    return this.pauses.reduce((sum, pause) => sum + pause, 0);
  }
  after(delayMs: number, wake: () => void): () => void {
    this.pauses.push(delayMs);
    const soon = setImmediate(wake);
    return () => clearImmediate(soon);
  }
}

/** A client of servers with these handlers, one each; it begins with the first. */
async function start(servers: readonly PublicHandlers[], options: Partial<ClientOptions> = {}) {
  const running = await Promise.all(servers.map((handlers) => servePublic(handlers)));
  const addresses = running.map(({ port }) => `127.0.0.1:${port}`);
  const clock = new HastyClock();
  const client = new InstgenieClient({ addresses, clock, random: () => 0, ...options });
  return {
    client,
    clock,
    servers: running,
    [Symbol.asyncDispose]: async () => {
      await client[Symbol.asyncDispose]();
      await Promise.all(running.map((server) => server[Symbol.asyncDispose]()));
    },
  };
}

/** Answers edits by `answer`, and writes down their request ids. */
function edits(answer: (attempt: number) => Promise<v1.EditResponse>) {
  const ids: string[] = [];
  const handlers: PublicHandlers = {
    edits: {
      Edit: unary(({ requestId }) => {
        ids.push(requestId);
        return answer(ids.length);
      }),
    },
  };
  return { ids, handlers };
}

const spec = { templateId: 'a'.repeat(24), prompt: 'a hat' } as const;
const picture: v1.EditedPicture = {
  image: Buffer.from('png'),
  width: 640,
  height: 480,
  seed: 7,
  cache: 'CACHE_OUTCOME_PARTIAL',
  timings: { queue: { seconds: 1, nanos: 500_000_000 } },
  worker: 'worker-1',
  scores: [{ worker: 'worker-2', leftOut: 'full' }],
};

test('an edit comes back in plain types, and goes out in the wire’s', async () => {
  const seen = Promise.withResolvers<v1.EditRequest__Output>();
  await using pair = await start([
    {
      edits: {
        Edit: unary(async (request) => {
          seen.resolve(request);
          return { requestId: request.requestId, pictures: [picture], facts: { maskRatio: 0.25, model: 'demo' } };
        }),
      },
    },
  ]);
  const { client } = pair;
  const mask = Buffer.from('mask');
  const result = await client.edit(
    {
      ...spec,
      mask,
      maskMode: 'black',
      count: 2,
      seed: 2 ** 53 - 1,
      priority: 'normal',
      format: 'webp',
      strength: 0.5,
    },
    { requestId: 'mine', explain: true },
  );
  const { edit, requestId, explain } = await seen.promise;
  assert.deepEqual([requestId, explain, edit?.maskMode, edit?.count], ['mine', true, 'MASK_MODE_BLACK', 2]);
  assert.deepEqual([edit?.seed, edit?.priority, edit?.strength], [2 ** 53 - 1, 'PRIORITY_NORMAL', 0.5]);
  assert.deepEqual([edit?.source, edit?.mask, edit?.format], ['templateId', mask, 'PICTURE_FORMAT_WEBP']);
  const [first] = result.pictures;
  assert.deepEqual([first?.cache, first?.timings.queueMs, first?.seed], ['partial', 1500, 7]);
  assert.deepEqual(first?.scores[0]?.predictedMs, undefined);
  assert.deepEqual([result.requestId, result.facts.maskRatio, result.facts.model], ['mine', 0.25, 'demo']);
});

test('an edit that is sent again has the same id, which is a UUID where the caller said none', async () => {
  const { ids, handlers } = edits(async (attempt) => {
    if (attempt < 3) throw unavailable();
    return {};
  });
  await using pair = await start([handlers]);
  await pair.client.edit(spec);
  assert.equal(ids.length, 3);
  assert.match(ids[0] ?? '', /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
  assert.equal(new Set(ids).size, 1);
  assert.deepEqual(pair.clock.pauses, [80, 160]);
});

test('after three attempts the failure is the caller’s, and other failures are at once', async () => {
  for (const [code, attempts] of [
    ['unavailable', 3],
    ['invalid', 1],
    ['internal', 1],
    ['overloaded', 1],
  ] as const) {
    const { ids, handlers } = edits(async () => {
      throw new ServiceError(code, 'no', { field: 'edit.prompt' });
    });
    await using pair = await start([handlers]);
    await assert.rejects(pair.client.edit(spec), { name: 'ServiceError', code });
    assert.equal(ids.length, attempts, code);
  }
});

test('a server without room is waited for once, if it says how long and the deadline allows it', async () => {
  const { ids, handlers } = edits(async () => {
    throw new RetryError('overloaded', 'busy', { retryAfterMs: 2000 });
  });
  await using pair = await start([handlers]);
  await assert.rejects(pair.client.edit(spec), { code: 'overloaded' });
  assert.deepEqual([ids.length, pair.clock.pauses], [2, [2000]]);
  await assert.rejects(pair.client.edit(spec, { deadlineMs: 1500 }), { code: 'overloaded' });
  assert.equal(ids.length, 3);
});

test('when a server goes, all edits in flight go to the next one, however many', async () => {
  const reached = Promise.withResolvers<void>();
  const hanging = edits((attempt) => {
    if (attempt === 50) reached.resolve();
    return new Promise(() => {});
  });
  const { ids, handlers } = edits(async () => ({}));
  await using pair = await start([hanging.handlers, handlers]);
  const running = Promise.all(Array.from({ length: 50 }, () => pair.client.edit(spec)));
  await reached.promise;
  await pair.servers[0]?.[Symbol.asyncDispose]();
  await running;
  await pair.client.edit(spec);
  assert.deepEqual(hanging.ids.toSorted(), ids.slice(0, 50).toSorted());
  assert.equal(ids.length, 51);
});

test('a stream that breaks is joined again, and tells nothing twice and nothing backwards', async () => {
  const ids: string[] = [];
  const news = async function* (events: readonly v1.StreamEditResponse[], end?: Error) {
    yield* events.map((event) => ({ index: 0, ...event }));
    if (end !== undefined) throw end;
  };
  const steps = (...done: number[]) => done.map((step) => ({ progress: { done: step, total: 4 } }));
  const preview = (done: number) => ({ preview: { done, image: Buffer.from([done]) } });
  const streams = [
    news(
      [{ accepted: {} }, { queued: { position: 1 } }, ...steps(1, 2), preview(2), { moved: { keptSteps: 1 } }],
      unavailable(),
    ),
    news(
      [
        { accepted: {} },
        { moved: { keptSteps: 1 } },
        preview(2),
        ...steps(1, 2, 3),
        { picture },
        { index: 1, picture },
      ],
      unavailable(),
    ),
  ];
  await using pair = await start([
    {
      edits: {
        StreamEdit: serverStreaming(({ requestId }) => {
          ids.push(requestId);
          return streams.shift() ?? news([]);
        }),
      },
    },
  ]);
  const events = await Array.fromAsync(pair.client.streamEdit({ ...spec, count: 2 }, { previews: 1 }));
  assert.deepEqual(
    events.map((event) => (event.kind === 'progress' ? `step ${event.done}` : event.kind)),
    ['accepted', 'queued', 'step 1', 'step 2', 'preview', 'moved', 'step 3', 'picture', 'picture'],
  );
  assert.equal(ids.length, 2);
  assert.equal(new Set(ids).size, 1);
});

test('a template is made of a file or of bytes, all of it, also when the first attempt fails', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'client-'));
  const bytes = Buffer.alloc(600_000, 'picture');
  await writeFile(join(folder, 'a.png'), bytes);
  let attempts = 0;
  await using pair = await start([
    {
      templates: {
        CreateTemplate: clientStreaming(async (parts) => {
          const taken: Buffer[] = [];
          let settings: v1.TemplateSettings__Output | null | undefined;
          for await (const part of parts) {
            if (part.part === 'settings') settings = part.settings;
            else taken.push(part.data ?? Buffer.alloc(0));
          }
          if (attempts++ === 0) throw unavailable();
          assert.deepEqual(Buffer.concat(taken), bytes);
          return { template: { templateId: 'b'.repeat(24), settings: settings ?? null, activationBytes: 5e10 } };
        }),
      },
    },
  ]);
  const { templates } = pair.client;
  const settings = { name: 'hall', ttlMs: 90_500, steps: 8 };
  const made = await templates.create(join(folder, 'a.png'), settings);
  assert.deepEqual([made.settings.name, made.settings.ttlMs, made.settings.steps], ['hall', 90_500, 8]);
  assert.deepEqual([made.id, made.activationBytes, attempts], ['b'.repeat(24), 5e10, 2]);
  await templates.create(new Uint8Array(bytes));
  await assert.rejects(templates.create(join(folder, 'no.png')), { code: 'invalid', field: 'file' });
  await rm(folder, { recursive: true });
});

test('lists are read page by page', async () => {
  const all = Array.from({ length: 7 }, (_, at) => ({ templateId: String(at) }));
  await using pair = await start([
    {
      templates: {
        ListTemplates: unary(async ({ pageSize, pageToken }) => {
          const from = Number(pageToken || 0);
          const next = from + pageSize;
          return { templates: all.slice(from, next), nextPageToken: next < all.length ? String(next) : '' };
        }),
      },
    },
  ]);
  const ids = (await Array.fromAsync(pair.client.templates.list({ pageSize: 3 }))).map(({ id }) => id);
  assert.deepEqual(ids.join(''), '0123456');
});

test('templates are primed, pinned, granted, read and deleted; what an earlier attempt has deleted is deleted', async () => {
  let isDeleted = false;
  await using pair = await start([
    {
      templates: {
        PrimeTemplate: serverStreaming(async function* () {
          for (const done of [0, 1, 1, 2]) yield { done, total: 2 };
        }),
        PinTemplate: unary(async ({ templateId, isPinned }) => ({ template: { templateId, isPinned } })),
        GrantTemplate: unary(async ({ templateId, tenant }) => ({ template: { templateId, grantedTo: [tenant] } })),
        ReadTemplatePicture: serverStreaming(async function* () {
          for (const data of ['pic', 'ture']) yield { data: Buffer.from(data) };
        }),
        DeleteTemplate: unary(async () => {
          if (isDeleted) throw new ServiceError('not-found', 'no such template');
          isDeleted = true;
          throw unavailable();
        }),
      },
    },
  ]);
  const { templates } = pair.client;
  assert.deepEqual(
    (await Array.fromAsync(templates.prime('a'))).map(({ done }) => done),
    [0, 1, 2],
  );
  assert.equal((await templates.pin('a')).isPinned, true);
  assert.equal((await templates.pin('a', false)).isPinned, false);
  assert.deepEqual((await templates.grant('a', { tenant: 'other' })).grantedTo, ['other']);
  assert.equal(Buffer.from(await templates.picture('a')).toString(), 'picture');
  await templates.delete('a');
  await assert.rejects(templates.delete('a'), { code: 'not-found' });
});

test('a job is submitted, watched over many broken connections, and its results are read', async () => {
  const jobId = 'c'.repeat(32);
  let watches = 0;
  await using pair = await start([
    {
      jobs: {
        SubmitJob: unary(async ({ requestId, edits: { length }, ttl }) => ({
          job: { jobId, requestId, state: 'JOB_STATE_QUEUED', position: length, expireTime: ttl },
        })),
        WatchJob: serverStreaming(async function* () {
          const stepsDone = ++watches;
          yield { job: { jobId, state: 'JOB_STATE_RUNNING', items: [{ state: 'JOB_STATE_RUNNING', stepsDone }] } };
          if (watches < 8) throw unavailable();
          yield { job: { jobId, state: 'JOB_STATE_FAILED', items: [{ failure: { reason: 'DEADLINE' } }] } };
        }),
        ReadJobResult: serverStreaming(async function* ({ item, picture: index }) {
          yield { data: Buffer.from(`${item}/${index}`) };
        }),
      },
    },
  ]);
  const { jobs } = pair.client;
  const job = await jobs.submit([spec, spec], { ttlMs: 1500 });
  assert.deepEqual([job.state, job.position, job.expiresAtMs, job.requestId.length], ['queued', 2, 1500, 36]);
  const ended = await jobs.wait(job.id);
  assert.deepEqual([ended.state, ended.items[0]?.failure?.reason, watches], ['failed', 'DEADLINE', 8]);
  assert.equal(Buffer.from(await jobs.result(job.id, { item: 1 })).toString(), '1/0');
});

test('a key is sent with every call, and one that changes is asked for each time', async () => {
  const seen: (string | undefined)[] = [];
  const handlers: PublicHandlers = {
    models: {
      ListModels: unary(async (_, { authorization }) => {
        seen.push(authorization);
        if (seen.length === 1) throw unavailable();
        return { models: [{ name: 'demo', side: 512 }] };
      }),
    },
  };
  let tokens = 0;
  await using pair = await start([handlers], { apiKey: async () => `token-${++tokens}` });
  const [model] = await pair.client.models();
  assert.deepEqual([model?.name, model?.side, seen], ['demo', 512, ['Bearer token-1', 'Bearer token-2']]);
});

test('numbers that would arrive as others, and edits of nothing, are refused before they are sent', async () => {
  await using pair = await start([{}]);
  const { client } = pair;
  await assert.rejects(client.edit({ ...spec, steps: 2 ** 32 + 1 }), { code: 'invalid', field: 'edit.steps' });
  await assert.rejects(client.edit({ ...spec, seed: 0.5 }), { code: 'invalid', field: 'edit.seed' });
  await assert.rejects(client.edit({ prompt: 'x' } as never), { code: 'invalid', field: 'edit.source' });
  await assert.rejects(client.templates.create(new Uint8Array(1), { keepEvery: -1 }), { field: 'settings.keep_every' });
});

test('whoever aborts while a call waits for its next attempt ends it', async () => {
  const stop = new AbortController();
  const { ids, handlers } = edits(async () => {
    throw unavailable();
  });
  const clock: Clock = {
    now: () => 0,
    after: () => {
      stop.abort();
      return () => {};
    },
  };
  await using pair = await start([handlers], { clock });
  await assert.rejects(pair.client.edit(spec, { signal: stop.signal }), { code: 'cancelled' });
  assert.equal(ids.length, 1);
});

test('an edit without an id of its own is checked without one, and cancelled by the one it has', async () => {
  const seen: string[] = [];
  await using pair = await start([
    {
      edits: {
        Edit: unary(async ({ requestId, validateOnly }) => {
          seen.push(`${requestId}:${validateOnly}`);
          return { facts: { tokens: 1024 } };
        }),
        CancelEdit: unary(async ({ requestId }) => {
          seen.push(requestId);
          return {};
        }),
      },
    },
  ]);
  const id = randomUUID();
  assert.equal((await pair.client.check(spec)).tokens, 1024);
  await pair.client.cancelEdit(id);
  assert.deepEqual(seen, [':true', id]);
});

test('a server is trusted by who signed it, and asks for no certificate', async () => {
  const folder = join(import.meta.dirname, '../../rpc/fixtures/tls');
  const { cert, key, ca } = await readTls({
    certFile: join(folder, 'worker.crt'),
    keyFile: join(folder, 'worker.key'),
    caFile: join(folder, 'ca.crt'),
  });
  await using server = await servePublic(
    { models: { ListModels: unary(async () => ({})) } },
    { tls: { cert, key, ca: undefined } },
  );
  const addresses = [`localhost:${server.port}`];
  await using client = new InstgenieClient({ addresses, tls: { ca } });
  assert.deepEqual(await client.models(), []);
  await using stranger = new InstgenieClient({ addresses, tls: {}, clock: new HastyClock() });
  await assert.rejects(stranger.models(), { code: 'unavailable' });
});
