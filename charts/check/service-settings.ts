import { balancerConfig } from '@instgenie/balancer';
import { parseConfig } from '@instgenie/config';
import { gatewayConfig } from '@instgenie/gateway';
import { workerConfig } from '@instgenie/worker';
import { at, containersOf, isFields, type KubeObject, listAt, podTemplates, textOf } from './kube-objects.ts';

const schemas = { gateway: gatewayConfig, balancer: balancerConfig, worker: workerConfig } as const;

/** Where a pod's settings, from its ConfigMap and its arguments, are not what its service takes. */
export function settingsMistakes(objects: readonly KubeObject[]): readonly string[] {
  return podTemplates(objects).flatMap((pod) => {
    const container = containersOf(pod).find(({ name }) => name === pod.component && pod.component in schemas);
    if (container === undefined) return [];
    const service = pod.component as keyof typeof schemas;
    const sources = listAt(
      listAt(pod.spec, 'volumes').find(({ name }) => name === 'config'),
      'projected',
      'sources',
    );
    const map = sources.map((source) => at(source, 'configMap', 'name')).find((name) => name !== undefined);
    const data = at(
      objects.find(({ kind, metadata }) => kind === 'ConfigMap' && metadata.name === map),
      'data',
    );
    const text = at(data, `${service}.yaml`);
    if (!isFields(data) || typeof text !== 'string') return [`${pod.name}: has no settings`];
    const args = (container['args'] ?? []) as readonly string[];
    const after = (flag: string) => args.filter((_, index) => args[index - 1] === flag);
    const set = after('--set').map((argument) => argument.replaceAll('$(POD_NAME)', 'pod-0'));
    const files = after('--set-file').map((argument) => argument.split('=', 2));
    set.push(...files.map(([path]) => `${path}="redis://redis:6379"`));
    try {
      const settings: unknown = parseConfig(schemas[service], { text, set });
      const secrets = sources.flatMap((source) => listAt(source, 'secret', 'items').map(({ path }) => textOf(path)));
      const named = [settings, files];
      return mountMistakes(pod.name, named, new Set([...secrets, ...Object.keys(data)]));
    } catch (thrown) {
      return [`${pod.name}: ${thrown instanceof Error ? thrown.message : String(thrown)}`];
    }
  });
}

/** Files that settings name below /etc/instgenie have to be in the volume that is mounted there. */
function mountMistakes(name: string, settings: unknown, mounted: ReadonlySet<string>): readonly string[] {
  const named = [...JSON.stringify(settings).matchAll(/"\/etc\/instgenie\/([^"]+)"/g)].map((match) => match[1] ?? '');
  return named.filter((path) => !mounted.has(path)).map((path) => `${name}: ${path} is in no volume`);
}
