// What `helm test` runs: asks a gateway for its models and has it make one tiny edit.
import { readFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { InstgenieClient } from '@instgenie/client';
import { ServiceError } from '@instgenie/domain';
import { tinyEdit } from './tiny-edit.ts';

const { values } = parseArgs({
  options: {
    grpc: { type: 'string' },
    health: { type: 'string', multiple: true, default: [] },
    tls: { type: 'boolean', default: false },
    'ca-file': { type: 'string' },
    'server-name': { type: 'string' },
    'key-file': { type: 'string' },
    'deadline-ms': { type: 'string', default: '120000' },
  },
});

const deadlineMs = Number(values['deadline-ms']);
const { grpc, health, 'ca-file': caFile, 'server-name': serverName, 'key-file': keyFile } = values;
if (grpc === undefined) throw new TypeError('check-release: --grpc host:port is needed');

for (const url of health) {
  const answer = await fetch(url, { signal: AbortSignal.timeout(deadlineMs) });
  if (!answer.ok) throw new Error(`${url} answers ${answer.status}`);
  console.log(`ok    ${url}`);
}

const apiKey = keyFile === undefined ? undefined : (await readFile(keyFile, 'utf8')).trim();
const ca = caFile === undefined ? undefined : await readFile(caFile);
await using client = new InstgenieClient({
  addresses: [grpc],
  apiKey,
  deadlineMs,
  ...(values.tls ? { tls: { ca, ...(serverName === undefined ? {} : { serverName }) } } : {}),
});

try {
  const models = await client.models();
  console.log(`ok    models: ${models.map(({ name }) => name).join(', ')}`);
  for (const line of await tinyEdit(client)) console.log(`ok    ${line}`);
} catch (thrown) {
  const { code, message } = ServiceError.from(thrown);
  if (code !== 'unauthenticated' || apiKey !== undefined) throw thrown;
  console.log(
    `ok    nobody is let in without a key (${message}); with tests.apiKey.existingSecret an edit is tried, too`,
  );
}
