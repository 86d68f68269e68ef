import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { Batcher } from '@instgenie/batching';
import { mask, picture, systemClock } from '@instgenie/domain';
import { Edit, type EditCheckpoint, Engine, runEdit, Template } from '@instgenie/engine';
import fc from 'fast-check';
import { EngineExecutor } from './engine-executor.ts';

const tiny = fileURLToPath(new URL('../../../../libs/diffusion/fixtures/checkpoints/flux-schnell', import.meta.url));
const [width, height] = [48, 32];
const tokens = (width / 16) * (height / 16);
const schedules = 10_000;

interface PooledEdit {
  readonly edit: Edit;
  readonly start: EditCheckpoint;
  /** What it ends as when it runs alone. */
  readonly alone: Float32Array;
}

let folder: string;
let engine: Engine;
const templates: Template[] = [];
const pool: PooledEdit[] = [];

/** A template's picture, and a mask of some of its tokens. */
function testPicture(seed: number) {
  const data = Uint8Array.from(
    { length: width * height * 3 },
    (_, at) => (Math.imul(at + seed, 2654435761) >>> 13) & 255,
  );
  return picture({ width, height, channels: 3, data });
}

function tokenMask(chosen: ReadonlySet<number>) {
  const tokenOf = (at: number) =>
    Math.floor(Math.floor(at / width) / 16) * (width / 16) + Math.floor((at % width) / 16);
  const bits = Uint8Array.from({ length: width * height }, (_, at) => Number(chosen.has(tokenOf(at))));
  return mask({ width, height, bits });
}

before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'instgenie-worker-'));
  engine = await Engine.open({ folder: tiny, cache: folder, threads: 1 });
  for (const seed of [1, 2]) {
    const spec = { picture: testPicture(seed), steps: 1 + seed, guidance: 0, textRows: 8 };
    const template = await Template.prepare(engine, spec);
    templates.push(template);
    for (const [seedOfEdit, share] of [1, 2, 4, tokens].entries()) {
      const chosen = new Set(Array.from({ length: share }, (_, index) => (index * 5 + seed) % tokens));
      const edit = await Edit.prepare(engine, template, { mask: tokenMask(chosen), prompt: 'a fox', seed: seedOfEdit });
      const start = edit.checkpoint();
      await runEdit(engine, edit);
      pool.push({ edit, start, alone: edit.state.latents.slice() });
    }
  }
});
after(async () => {
  for (const { edit } of pool) await edit[Symbol.asyncDispose]();
  for (const template of templates) await template[Symbol.asyncDispose]();
  await engine[Symbol.asyncDispose]();
  await rm(folder, { recursive: true, force: true });
});

test(`${schedules} random schedules give the bytes of edits that ran alone (seed 14)`, {
  timeout: 600_000,
}, async () => {
  const join = fc.record({ edit: fc.nat(7), atStep: fc.nat(4), isUrgent: fc.boolean() });
  await fc.assert(
    fc.asyncProperty(
      fc.uniqueArray(join, { selector: ({ edit }) => edit, minLength: 2, maxLength: 3 }),
      fc.integer({ min: 1, max: 3 }),
      async (joins, batchMax) => {
        let steps = 0;
        const due = joins.toSorted((a, b) => a.atStep - b.atStep);
        const ended: Promise<unknown>[] = [];
        const onStep = () => {
          steps++;
          submitDue();
        };
        const executor = new EngineExecutor<Edit>(engine, { onStep });
        const batcher = new Batcher<Edit>({
          executor,
          clock: systemClock,
          stepTime: () => 1,
          settings: { batchMax, bytesMax: 0, waitingMax: 8, agingMs: 60_000 },
        });
        const submitDue = () => {
          // Somebody must come while nobody runs.
          while (
            due[0] !== undefined &&
            (due[0].atStep <= steps || batcher.runningCount + batcher.waitingCount === 0)
          ) {
            const { edit: index, isUrgent } = due.shift() ?? { edit: 0, isUrgent: false };
            const pooled = pool[index];
            assert.ok(pooled !== undefined);
            pooled.edit.restore(pooled.start);
            const submission = batcher.submit(
              {
                id: String(index),
                tenant: 'a',
                priority: isUrgent ? 'interactive' : 'batch',
                maskedTokens: pooled.edit.state.rows.length,
                stepsTotal: pooled.edit.stepsTotal,
                stepsDone: 0,
                bytes: 0,
              },
              pooled.edit,
            );
            assert.ok(submission.kind === 'accepted');
            ended.push(submission.outcome.then(() => submitDue()));
          }
          if (due.length === 0) batcher.drain({ handOver: false });
        };
        submitDue();
        await batcher.run();
        await Promise.all(ended);
        assert.equal(ended.length, joins.length);
        for (const { edit: index } of joins) {
          const pooled = pool[index];
          assert.ok(pooled !== undefined);
          const { latents } = pooled.edit.state;
          assert.ok(Buffer.from(latents.slice().buffer).equals(Buffer.from(pooled.alone.buffer)), `edit ${index}`);
        }
      },
    ),
    { numRuns: schedules, seed: 14 },
  );
});
