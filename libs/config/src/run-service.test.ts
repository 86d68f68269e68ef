import assert from 'node:assert/strict';
import { mkdtempDisposable, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { z } from 'zod';
import { runService } from './run-service.ts';

test('settings come from the file that is named, and flags win', async (context) => {
  await using folder = await mkdtempDisposable(join(tmpdir(), 'instgenie-config-'));
  const file = join(folder.path, 'service.yaml');
  await writeFile(file, 'place: here\nlimit: 5\n');
  const printed = context.mock.method(console, 'log', () => undefined);
  context.mock.property(process, 'argv', ['node', 'service', '--config', file, '--set', 'limit=7', '--check']);
  const schema = z.strictObject({ place: z.string(), limit: z.number() });
  await runService({ name: 'test', description: '', schema, serve: () => assert.fail('it only checks') });
  assert.deepEqual(JSON.parse(String(printed.mock.calls[0]?.arguments[0])), { place: 'here', limit: 7 });
});
