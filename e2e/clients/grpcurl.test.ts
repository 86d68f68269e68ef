import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { openGoTool } from './go-tools.ts';
import { samplePictures } from './sample-pictures.ts';
import { startTarget } from './target.ts';

const target = await startTarget({ gateways: 1 });
after(() => target[Symbol.asyncDispose]());
const [address = ''] = target.addresses;
const plain = ['-plaintext', '-H', `authorization: Bearer ${target.apiKey}`];

test('grpcurl lists, describes and calls through reflection', async (t) => {
  const grpcurl = await openGoTool('grpcurl');
  if (grpcurl.kind === 'missing') return t.skip(grpcurl.reason);
  const ask = async (...args: string[]) => {
    const { code, stdout, stderr } = await grpcurl.run([...plain, ...args]);
    assert.equal(code, 0, stderr);
    return stdout;
  };
  const services = (await ask(address, 'list')).trim().split('\n');
  for (const name of ['EditService', 'TemplateService', 'JobService', 'ModelService']) {
    assert.ok(services.includes(`instgenie.v1.${name}`), services.join());
  }
  const described = await ask(address, 'describe', 'instgenie.v1.EditService');
  assert.match(described, /rpc StreamEdit \( \.instgenie\.v1\.StreamEditRequest \) returns \( stream /);
  assert.match(await ask(address, 'describe', 'instgenie.v1.EditSpec'), /optional uint64 seed = 9;/);
  const { models } = JSON.parse(await ask(address, 'instgenie.v1.ModelService/ListModels')) as {
    readonly models: readonly { readonly name: string }[];
  };
  assert.ok(models[0]?.name !== undefined);
});

test('grpcurl edits a picture, and is told which field is wrong', async (t) => {
  const grpcurl = await openGoTool('grpcurl');
  if (grpcurl.kind === 'missing') return t.skip(grpcurl.reason);
  const call = (edit: object, method: string) =>
    grpcurl.run([...plain, '-d', JSON.stringify({ edit }), address, `instgenie.v1.EditService/${method}`]);
  const { source, mask } = await samplePictures(64);
  const files = { image: Buffer.from(source).toString('base64'), mask: Buffer.from(mask).toString('base64') };
  const edited = await call({ ...files, prompt: 'a hat', steps: 2 }, 'StreamEdit');
  assert.equal(edited.code, 0, edited.stderr);
  assert.match(edited.stdout, /"accepted"[^]*"picture"/);
  const refused = await call({ prompt: 'a hat' }, 'Edit');
  assert.notEqual(refused.code, 0);
  assert.match(refused.stderr, /InvalidArgument[^]*"field": "edit\.source"/);
});

test('ghz runs a load', async (t) => {
  const ghz = await openGoTool('ghz');
  if (ghz.kind === 'missing') return t.skip(ghz.reason);
  const { code, stdout, stderr } = await ghz.run([
    '--insecure',
    `--metadata=${JSON.stringify({ authorization: `Bearer ${target.apiKey}` })}`,
    '--call=instgenie.v1.ModelService.ListModels',
    '--total=500',
    '--concurrency=20',
    '--format=json',
    address,
  ]);
  assert.equal(code, 0, stderr);
  const { count, statusCodeDistribution } = JSON.parse(stdout) as {
    readonly count: number;
    readonly statusCodeDistribution: Readonly<Record<string, number>>;
  };
  assert.deepEqual([count, statusCodeDistribution], [500, { OK: 500 }]);
});
