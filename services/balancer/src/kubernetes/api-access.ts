import { readFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { readConfig } from '@instgenie/config';
import { ServiceError } from '@instgenie/domain';
import { z } from 'zod';

/** Where the Kubernetes API is, and who asks it. */
export interface ApiAccess {
  readonly url: string;
  /** Where the asker is at home. */
  readonly namespace: string;
  readonly ca?: Uint8Array;
  readonly cert?: Uint8Array;
  readonly key?: Uint8Array;
  /** For each request anew: Kubernetes renews the tokens of pods. */
  readonly token: () => Promise<string | undefined>;
}

const podFolder = '/var/run/secrets/kubernetes.io/serviceaccount';

const named = z.object({ name: z.string() });
const kubeconfig = z.object({
  'current-context': z.string(),
  contexts: z.array(
    named.extend({ context: z.object({ cluster: z.string(), user: z.string(), namespace: z.string().optional() }) }),
  ),
  clusters: z.array(
    named.extend({
      cluster: z.object({
        server: z.url({ protocol: /^https?$/ }),
        'certificate-authority': z.string().optional(),
        'certificate-authority-data': z.base64().optional(),
      }),
    }),
  ),
  users: z.array(
    named.extend({
      user: z.object({
        'client-certificate': z.string().optional(),
        'client-certificate-data': z.base64().optional(),
        'client-key': z.string().optional(),
        'client-key-data': z.base64().optional(),
        token: z.string().optional(),
        tokenFile: z.string().optional(),
      }),
    }),
  ),
});

/** A pod's own way to the API. Throws `invalid` outside of a pod, or in one without a service account's token. */
export async function podAccess(env: NodeJS.ProcessEnv, folder = podFolder): Promise<ApiAccess> {
  const { KUBERNETES_SERVICE_HOST: host, KUBERNETES_SERVICE_PORT: port = '443' } = env;
  if (host === undefined) throw noAccess('this is no pod of a cluster; name a kubeconfig');
  try {
    const [ca, namespace] = await Promise.all([readFile(`${folder}/ca.crt`), readFile(`${folder}/namespace`, 'utf8')]);
    return {
      url: `https://${host.includes(':') ? `[${host}]` : host}:${port}`,
      namespace: namespace.trim(),
      ca,
      token: async () => (await readFile(`${folder}/token`, 'utf8')).trim(),
    };
  } catch (cause) {
    throw noAccess('the pod has no token of a service account (automountServiceAccountToken)', cause);
  }
}

/** The way of a kubeconfig's current context: a client certificate or a token, and no programs that make them. */
export async function kubeconfigAccess(file: string): Promise<ApiAccess> {
  const config = await readConfig(kubeconfig, { file });
  const context = find(config.contexts, config['current-context'], 'contexts').context;
  const { cluster } = find(config.clusters, context.cluster, 'clusters');
  const { user } = find(config.users, context.user, 'users');
  const read = (name?: string, data?: string) => readData(file, name, data);
  const [ca, cert, key] = await Promise.all([
    read(cluster['certificate-authority'], cluster['certificate-authority-data']),
    read(user['client-certificate'], user['client-certificate-data']),
    read(user['client-key'], user['client-key-data']),
  ]);
  const { tokenFile } = user;
  return {
    url: cluster.server.replace(/\/$/, ''),
    namespace: context.namespace ?? 'default',
    ...(ca === undefined ? {} : { ca }),
    ...(cert === undefined || key === undefined ? {} : { cert, key }),
    token: async () => (tokenFile === undefined ? user.token : (await readFile(tokenFile, 'utf8')).trim()),
  };
}

function find<Entry extends { readonly name: string }>(entries: readonly Entry[], name: string, list: string): Entry {
  const found = entries.find((entry) => entry.name === name);
  if (found === undefined) throw noAccess(`the kubeconfig has no ${name} in ${list}`);
  return found;
}

async function readData(file: string, name?: string, data?: string): Promise<Uint8Array | undefined> {
  if (data !== undefined) return Buffer.from(data, 'base64');
  return name === undefined ? undefined : await readFile(resolve(dirname(file), name));
}

function noAccess(message: string, cause?: unknown): ServiceError {
  return new ServiceError('invalid', `discovery: ${message}`, { field: 'discovery', cause });
}
