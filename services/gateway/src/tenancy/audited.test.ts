import assert from 'node:assert/strict';
import { mkdtempDisposable } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { DirectoryBlobs } from '@instgenie/blobs';
import { ServiceError, systemClock } from '@instgenie/domain';
import type { TemplateRecord } from '@instgenie/templates';
import { AuditLog, type Caller, readAudit } from '@instgenie/tenants';
import type { Job, Jobs } from '../jobs/jobs.ts';
import type { Templates, TemplateView } from '../templates/templates.ts';
import { AuditedJobs } from './audited-jobs.ts';
import { AuditedTemplates } from './audited-templates.ts';

const caller: Caller = { tenant: 'acme', keyId: 'k1', scopes: new Set(), quota: {} };

/** What is in the log after `act`, as action, actor, subject and facts. */
async function logOf(act: (audit: AuditLog) => Promise<void>): Promise<readonly unknown[]> {
  await using folder = await mkdtempDisposable(join(tmpdir(), 'instgenie-audited-'));
  const blobs = new DirectoryBlobs(folder.path);
  const run = { blobs, clock: systemClock, nowMs: Date.now, writer: 'g', boot: '1', intervalMs: 1000 };
  const audit = new AuditLog({ ...run, onFailure: assert.fail });
  await act(audit);
  await audit[Symbol.asyncDispose]();
  const parts = await Array.fromAsync(readAudit(blobs, { from: undefined, to: '9999-12-31' }));
  return parts.flatMap((part) =>
    part.kind === 'segment' ? part.entries.map(({ action, by, subject, facts }) => [action, by, subject, facts]) : [],
  );
}

/** Answers the calls that are told, and fails the test for others. */
function only<Facade extends object>(answers: Partial<Facade>): Facade {
  return answers as Facade;
}

const record = { id: 't1' } as TemplateRecord;
const view = { record, isWarm: false } as unknown as TemplateView;

test('who created, deleted and granted a template is written down, and who only looked at it is not', async () => {
  const templates = only<Templates>({
    create: async () => view,
    delete: async () => undefined,
    grant: async () => view,
    get: async () => view,
  });
  const settings = {} as Parameters<Templates['create']>[0];
  const entries = await logOf(async (audit) => {
    const audited = new AuditedTemplates(templates, audit);
    assert.equal(await audited.create(settings, Buffer.from('canary picture'), caller), view);
    assert.equal(await audited.get('t1', caller), view);
    await audited.grant({ id: 't1', tenant: 'other', isGranted: true }, caller);
    await audited.grant({ id: 't1', tenant: 'other', isGranted: false }, caller);
    await audited.delete('t1', caller);
  });
  assert.deepEqual(entries, [
    ['template.created', 'key:k1', 't1', {}],
    ['template.granted', 'key:k1', 't1', { to: 'other' }],
    ['template.ungranted', 'key:k1', 't1', { to: 'other' }],
    ['template.deleted', 'key:k1', 't1', {}],
  ]);
});

test('who submitted and cancelled a job is written down, and what failed is not', async () => {
  const job = { id: 'j1', items: [{}, {}] } as unknown as Job;
  const jobs = only<Jobs>({
    submit: async () => job,
    cancel: async (id) => {
      if (id === 'j1') return job;
      throw new ServiceError('not-found', 'job: there is none');
    },
  });
  const entries = await logOf(async (audit) => {
    const audited = new AuditedJobs(jobs, audit);
    await audited.submit({ requestId: 'r', edits: [], webhookUrl: undefined, ttlMs: 1 }, caller);
    await assert.rejects(audited.cancel('j2', { ...caller, keyId: undefined }), { code: 'not-found' });
    await audited.cancel('j1', { ...caller, keyId: undefined });
  });
  assert.deepEqual(entries, [
    ['job.submitted', 'key:k1', 'j1', { count: 2 }],
    ['job.cancelled', 'token', 'j1', { count: 2 }],
  ]);
});
