import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
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

test('a service that has ended does not wait for what still runs in it', async () => {
  const program = `
    import { runService } from ${JSON.stringify(new URL('run-service.ts', import.meta.url).href)};
    import { z } from ${JSON.stringify(import.meta.resolve('zod'))};
    setInterval(() => undefined, 1000);
    const stop = async () => console.log('stopped');
    const served = { stop, [Symbol.asyncDispose]: async () => console.log('disposed') };
    const serve = async () => (console.log('serving'), served);
    process.argv = ['node'];
    await runService({ name: 'test', description: '', schema: z.strictObject({}), serve });
  `;
  const flags = ['--disable-warning=ExperimentalWarning', '--input-type=module', '-e', program];
  const child = spawn(process.execPath, flags, { stdio: ['ignore', 'pipe', 'inherit'] });
  let said = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    said += text;
    if (said === 'serving\n') child.kill('SIGTERM');
  });
  const [code] = (await once(child, 'close')) as [number | null];
  assert.equal(code, 0);
  assert.equal(said, 'serving\nstopped\ndisposed\n');
});
