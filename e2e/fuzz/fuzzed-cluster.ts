import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { temporaryFolder } from '@instgenie/worker/testing';
import { samplePictures } from '../clients/sample-pictures.ts';
import { Cluster } from '../harness/cluster.ts';
import type { ServiceProcess } from '../harness/service-process.ts';
import type { KnownCredentials } from './hostile-credentials.ts';
import type { KnownThings } from './hostile-messages.ts';

const issuer = 'https://issuer.test';
const audience = 'instgenie';
const kid = 'one';
const pictureSide = 64;

/** A deployment with a simulated worker, and what a fuzzer must know of it to get past its first checks. */
export class FuzzedCluster implements AsyncDisposable {
  readonly known: KnownThings;
  readonly credentials: KnownCredentials;
  readonly #cluster: Cluster;
  readonly #cleanup: AsyncDisposableStack;

  private constructor(
    cluster: Cluster,
    parts: Pick<FuzzedCluster, 'known' | 'credentials'> & { readonly cleanup: AsyncDisposableStack },
  ) {
    this.#cluster = cluster;
    this.#cleanup = parts.cleanup;
    this.known = parts.known;
    this.credentials = parts.credentials;
  }

  static async start(): Promise<FuzzedCluster> {
    await using cleanup = new AsyncDisposableStack();
    const folder = cleanup.use(await temporaryFolder());
    const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
    const jwks = join(folder.path, 'jwks.json');
    await writeFile(jwks, JSON.stringify({ keys: [{ ...publicKey.export({ format: 'jwk' }), kid, alg: 'RS256' }] }));
    const cluster = cleanup.use(
      await Cluster.start({
        workers: 1,
        tenants: ['acme'],
        hasRedis: true,
        workerSet: ['timeScale=0.01'],
        gatewaySet: [
          'edits.answerBytesMax=8Mi',
          `auth.jwt={ jwks: ${jwks}, issuer: "${issuer}", audience: ${audience} }`,
        ],
      }),
    );
    const apiKey = cluster.apiKey() ?? '';
    const credentials = { apiKey, jwt: { privateKey, kid, issuer, audience } };
    const known = await knownThings(cluster);
    return new FuzzedCluster(cluster, { known, credentials, cleanup: cleanup.move() });
  }

  /** Of the gateway's gRPC. */
  get address(): string {
    return this.#gateway.address;
  }

  /** Of its HTTP. */
  get httpAddress(): string {
    return `127.0.0.1:${this.#gateway.at.http}`;
  }

  /** Whether an edit still works, as it did before. */
  async edits(): Promise<boolean> {
    const { templateIds, masks } = this.known;
    const [templateId = ''] = templateIds;
    const [mask] = masks;
    const { pictures } = await this.#cluster.client().edit({ templateId, mask, prompt: 'a hat', steps: 1 });
    return pictures.length === 1;
  }

  /** How processes ended that should not have; and what they say of failures of their own. */
  complaints(): readonly string[] {
    const all = [...this.#cluster.gateways, ...this.#cluster.balancers, ...this.#cluster.workers];
    return all.flatMap(({ name, exits, log }) => [
      ...exits.map((exit) => `${name} ended with ${exit}`),
      ...log.filter(isComplaint).map((line) => `${name}: ${line}`),
    ]);
  }

  /** What the gateway's process holds of the machine's memory. */
  async memoryBytes(): Promise<number> {
    const status = await readFile(`/proc/${this.#gateway.pid}/status`, 'utf8');
    return Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1]) * 1024;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#cleanup.disposeAsync();
  }

  get #gateway(): ServiceProcess {
    const [gateway] = this.#cluster.gateways;
    assert(gateway !== undefined, 'the cluster has a gateway');
    return gateway;
  }
}

async function knownThings(cluster: Cluster): Promise<KnownThings> {
  const { source, mask } = await samplePictures(pictureSide);
  const client = cluster.client();
  const template = await client.templates.create(source, { steps: 1, name: 'known' });
  const job = await client.jobs.submit([{ templateId: template.id, mask, steps: 1 }]);
  await client.jobs.wait(job.id);
  return { templateIds: [template.id], jobIds: [job.id], pictures: [source], masks: [mask] };
}

/** Lines that are no log of ours, and failures that the process calls its own. */
function isComplaint(line: string): boolean {
  return !line.startsWith('{') || /"level":"(error|fatal)"/.test(line);
}
