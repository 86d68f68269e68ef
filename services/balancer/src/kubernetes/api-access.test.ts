import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { kubeconfigAccess, podAccess } from './api-access.ts';

async function inFolder(use: (folder: string) => Promise<void>): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'access-'));
  try {
    await use(folder);
  } finally {
    await rm(folder, { recursive: true });
  }
}

test('a pod reaches the API with its own token, which is read anew each time', async () => {
  await inFolder(async (folder) => {
    await writeFile(join(folder, 'ca.crt'), 'an authority');
    await writeFile(join(folder, 'namespace'), 'edits\n');
    await writeFile(join(folder, 'token'), 'one\n');
    const env = { KUBERNETES_SERVICE_HOST: 'fd00::1', KUBERNETES_SERVICE_PORT: '6443' };
    const { url, namespace, ca, token } = await podAccess(env, folder);
    assert.deepEqual([url, namespace], ['https://[fd00::1]:6443', 'edits']);
    assert.equal(Buffer.from(ca ?? []).toString(), 'an authority');
    assert.equal(await token(), 'one');
    await writeFile(join(folder, 'token'), 'two');
    assert.equal(await token(), 'two');
  });
});

test('outside of a cluster, and in a pod without a token, it is said what is missing', async () => {
  await assert.rejects(podAccess({}), { code: 'invalid', message: /kubeconfig/ });
  await inFolder(async (folder) => {
    await assert.rejects(podAccess({ KUBERNETES_SERVICE_HOST: '10.0.0.1' }, folder), { message: /service account/ });
  });
});

const config = (user: object, cluster: object = {}) => ({
  'current-context': 'here',
  contexts: [{ name: 'here', context: { cluster: 'c', user: 'u', namespace: 'edits' } }],
  clusters: [{ name: 'c', cluster: { server: 'https://127.0.0.1:6443/', ...cluster } }],
  users: [{ name: 'u', user }],
});

test('a kubeconfig says where the API is and who asks, in it or in files beside it', async () => {
  await inFolder(async (folder) => {
    const file = join(folder, 'config');
    const data = (text: string) => Buffer.from(text).toString('base64');
    await writeFile(join(folder, 'key.pem'), 'a key');
    const user = { 'client-certificate-data': data('a certificate'), 'client-key': 'key.pem' };
    await writeFile(file, JSON.stringify(config(user, { 'certificate-authority-data': data('an authority') })));
    const { url, namespace, ca, cert, key, token } = await kubeconfigAccess(file);
    assert.deepEqual([url, namespace], ['https://127.0.0.1:6443', 'edits']);
    const texts = [ca, cert, key].map((bytes) => Buffer.from(bytes ?? []).toString());
    assert.deepEqual(texts, ['an authority', 'a certificate', 'a key']);
    assert.equal(await token(), undefined);
    await writeFile(file, JSON.stringify({ ...config({ token: 'x' }), 'current-context': 'elsewhere' }));
    await assert.rejects(kubeconfigAccess(file), { code: 'invalid', message: /elsewhere/ });
  });
});
