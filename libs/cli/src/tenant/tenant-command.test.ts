import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { suite, test } from 'node:test';
import { systemClock } from '@instgenie/domain';
import { DeletionNotes, TemplateLibrary } from '@instgenie/templates';
import { dayOf, KeyAuthenticator, TenantDirectory, UsageLedger } from '@instgenie/tenants';
import { runCli } from '../testing.ts';
import { withRecords } from './testing.ts';

suite('records of tenants', { timeout: 60_000 }, () => {
  test('a tenant is created, limited, shown, listed and deleted, and all of it is in the audit log', async () => {
    await using records = await withRecords();
    const { run, json } = records;
    const made = await json('tenant', 'create', 'acme', '--token-steps', '2000000', '--edits', '8');
    assert.deepEqual(made.quota, { maskedTokenStepsPerMinute: 2_000_000, editsAtOnce: 8 });
    const changed = await json('tenant', 'set', 'acme', '--edits', 'none', '--activation-mib', '2');
    assert.deepEqual(changed.quota, { maskedTokenStepsPerMinute: 2_000_000, activationBytes: 2 * 1024 ** 2 });
    assert.match(
      (await run('tenant', 'show', 'acme')).stdout,
      /token-steps a minute {2}2,000,000\nedits at once +no limit/,
    );
    assert.match((await run('tenant', 'list')).stdout, /\nacme +2,000,000 +no limit +2\.1 MB +no limit +0\n/);
    const again = await run('tenant', 'create', 'acme');
    assert.deepEqual([again.exitCode, again.stdout], [2, '']);
    assert.match(again.stderr, /^instgenie: tenant: there is one of this name/);
    assert.deepEqual(await json('tenant', 'delete', 'acme'), { tenant: 'acme', keysRemoved: 0, templatesRemoved: 0 });
    assert.deepEqual(await json('tenant', 'list'), { tenants: [] });
    const { entries } = await json('audit', 'export');
    const actions = entries.map(({ action }: { readonly action: string }) => action);
    assert.deepEqual(actions, ['tenant.created', 'tenant.changed', 'tenant.deleted']);
    assert.match(entries[0].by, /^operator:/);
  });

  test('a key is printed once, opens the gateway, and is rotated and revoked', async () => {
    await using records = await withRecords();
    const { run, json, blobs } = records;
    await run('tenant', 'create', 'acme');
    const created = await run('key', 'create', 'acme', '--scopes', 'edit', '--name', 'shop');
    const text = created.stdout.trim();
    assert.match(text, /^ik_[0-9a-f]{24}_[A-Za-z0-9_-]{43}$/);
    const id = text.slice(3, 27);
    const directory = new TenantDirectory(blobs, Date.now);
    const open = () => new KeyAuthenticator({ directory, clock: systemClock, nowMs: Date.now, cacheMs: 1 });
    const caller = await open().authenticate(`Bearer ${text}`);
    assert.deepEqual([caller.tenant, caller.scopes], ['acme', new Set(['edit'])]);

    const rotated = await json('key', 'rotate', 'acme', id, '--grace-minutes', '5');
    assert.deepEqual([rotated.rotatedFrom, rotated.name, rotated.scopes], [id, 'shop', ['edit']]);
    await open().authenticate(`Bearer ${text}`);
    assert.equal((await json('key', 'revoke', 'acme', id)).state, 'revoked');
    await assert.rejects(open().authenticate(`Bearer ${text}`), { code: 'unauthenticated' });
    await open().authenticate(`Bearer ${rotated.key}`);

    const { keys } = await json('key', 'list', 'acme');
    const states = keys.map(({ state }: { readonly state: string }) => state);
    assert.deepEqual(states, ['revoked', 'valid']);
    const listed = await run('key', 'list', 'acme');
    const log = await run('audit', 'export');
    for (const secret of [text.slice(-43), rotated.key.slice(-43)]) {
      assert.ok(
        ![JSON.stringify(keys), listed.stdout, log.stdout, log.stderr].some((output) => output.includes(secret)),
      );
    }
    assert.ok(!JSON.stringify(keys).includes('digest'));
    assert.deepEqual(log.stdout.match(/key\.\w+/g)?.toSorted(), ['key.created', 'key.revoked', 'key.rotated']);
  });

  test('a tenant goes with its templates, and gateways find noted what is to go of them', async () => {
    await using records = await withRecords();
    const { run, json, blobs } = records;
    await run('tenant', 'create', 'acme');
    await run('key', 'create', 'acme');
    const source = { sha256: '0'.repeat(64), bytes: 1, width: 16, height: 16 };
    const template = { tenant: 'acme', name: 'poster', source, prompt: '', noiseSeed: 0, keepEvery: 1 };
    const library = new TemplateLibrary(blobs, () => new Date());
    const { id } = await library.add(template);
    const { stderr, stdout } = await run('tenant', 'delete', 'acme');
    assert.equal(stdout, 'acme, its 1 keys and its 1 templates are removed\n');
    assert.match(stderr, /^note: a running gateway drops their pictures and activations/);
    await assert.rejects(library.get('acme', id), { code: 'not-found' });
    const [note] = await new DeletionNotes(blobs, library).list(10, assert.fail);
    assert.deepEqual([note?.tenant, note?.sha256], ['acme', source.sha256]);
    assert.deepEqual((await json('tenant', 'list')).tenants, []);
  });

  test('usage is exported as CSV and JSON, and damage is said', async () => {
    await using records = await withRecords();
    const { run, json, blobs } = records;
    const onFailure = assert.fail;
    const settings = {
      blobs,
      clock: systemClock,
      nowMs: Date.now,
      writer: 'g',
      boot: '1',
      intervalMs: 1000,
      onFailure,
    };
    await using ledger = new UsageLedger(settings);
    ledger.add({ tenant: 'acme', model: 'flux', edits: 1, pictures: 2, maskedTokens: 30, maskedTokenSteps: 120 });
    ledger.add({ tenant: 'other', model: 'flux', edits: 1, pictures: 1, maskedTokens: 3, maskedTokenSteps: 12 });
    await ledger.flush();
    const day = dayOf(Date.now());
    const titles = 'day,tenant,model,edits,pictures,maskedTokens,maskedTokenSteps';
    const { stdout } = await run('usage', 'export', '--from', day, '--tenant', 'acme');
    assert.equal(stdout, `${titles}\n${day},acme,flux,1,2,30,120\n`);
    assert.equal((await json('usage', 'export', '--from', day, '--to', day)).rows.length, 2);
    await blobs.put(`usage/${day}/torn.json`, Buffer.from('{'));
    const damaged = await run('usage', 'export');
    assert.equal(damaged.exitCode, 1);
    assert.match(damaged.stderr, /torn\.json is damaged and left out\ninstgenie: 1 records are damaged/);
  });

  test('an audit log that was changed does not pass', async () => {
    await using records = await withRecords();
    const { run, json, blobs, path } = records;
    await run('tenant', 'create', 'acme');
    assert.match((await run('audit', 'verify')).stdout, /^[0-9a-f]{64} {2}audit\/.*\n1 segments, 1 events\n$/);
    assert.deepEqual((await json('audit', 'verify')).damage, []);
    const [blob = ''] = await Array.fromAsync(blobs.list('audit/'));
    const file = join(path, 'blobs', blob);
    await writeFile(file, (await readFile(file, 'utf8')).replace('"subject":"acme"', '"subject":"evil"'));
    const { exitCode, stderr } = await run('audit', 'verify');
    assert.equal(exitCode, 1);
    assert.match(stderr, /line 3: the line before it was changed.*\ninstgenie: 1 segments of the audit log are not/s);
  });

  for (const { name, args, stderr } of [
    {
      name: 'a tenant that is not there',
      args: ['tenant', 'show', 'nobody'],
      stderr: /^instgenie: tenant: there is none/,
    },
    {
      name: 'a name that is none',
      args: ['tenant', 'create', '../etc'],
      stderr: /^instgenie: tenant: expected 1 to 100/,
    },
    { name: 'nothing to change', args: ['tenant', 'set', 'acme'], stderr: /^instgenie: quota: say what to change/ },
    {
      name: 'no number',
      args: ['tenant', 'create', 'a', '--edits', '0'],
      stderr: /^instgenie: edits: expected a whole/,
    },
    {
      name: 'an unknown scope',
      args: ['key', 'create', 'a', '--scopes', 'edit,all'],
      stderr: /^instgenie: scopes: expected/,
    },
    { name: 'a key of nobody', args: ['key', 'create', 'nobody'], stderr: /^instgenie: tenant: there is none/ },
    { name: 'no day', args: ['usage', 'export', '--from', 'today'], stderr: /^instgenie: from: expected a day/ },
  ]) {
    test(`${name}: exit code 2 and one clear text`, async () => {
      await using records = await withRecords();
      const result = await records.run(...args);
      assert.match(result.stderr, stderr);
      assert.deepEqual([result.exitCode, result.stdout], [2, '']);
    });
  }

  test('a process prints the key and nothing else', async () => {
    await using records = await withRecords();
    await records.run('tenant', 'create', 'acme');
    const { exitCode, stdout, stderr } = await runCli(['key', 'create', 'acme', '--blobs', 'blobs'], records.path);
    assert.equal(exitCode, 0);
    assert.match(stdout, /^ik_[0-9a-f]{24}_[A-Za-z0-9_-]{43}\n$/);
    assert.match(stderr, /^note: the key [0-9a-f]{24} is shown now and never again\n$/);
  });

  test('without a place there are no records', async () => {
    const { exitCode, stderr } = await runCli(['tenant', 'list']);
    assert.equal(exitCode, 2);
    assert.match(stderr, /^instgenie: blobs: pass --blobs PLACE/);
  });
});
