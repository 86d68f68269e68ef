import { containersOf, type Fields, type KubeObject, listAt, nameOf, podTemplates, textOf } from './kube-objects.ts';

/** Names that are there twice where an API server merges by name: server-side apply refuses them. */
export function duplicates(objects: readonly KubeObject[]): readonly string[] {
  const wrong = twice(objects.map((object) => `${object.apiVersion} ${nameOf(object)}`)).map(
    (name) => `${name} is there twice`,
  );
  for (const object of objects) {
    if (object.kind !== 'Service') continue;
    const ports = listAt(object, 'spec', 'ports');
    const where = nameOf(object);
    wrong.push(...twice(names(ports)).map((name) => `${where}: port ${name} is there twice`));
    wrong.push(...twice(ports.map(portOf)).map((port) => `${where}: ${port} is there twice`));
  }
  for (const pod of podTemplates(objects)) {
    const say = (what: string, found: readonly string[]) =>
      wrong.push(...twice(found).map((name) => `${pod.name}: ${what} ${name} is there twice`));
    const containers = containersOf(pod);
    const volumes = names(listAt(pod.spec, 'volumes'));
    say('container', names(containers));
    say('volume', volumes);
    say('resource claim', names(listAt(pod.spec, 'resourceClaims')));
    say(
      'port',
      listAt(pod.spec, 'containers').flatMap((container) =>
        listAt(container, 'ports').map((port) => textOf(port['containerPort'])),
      ),
    );
    for (const container of containers) {
      say(`in ${textOf(container['name'])} variable`, names(listAt(container, 'env')));
      say(
        `in ${textOf(container['name'])} mount`,
        listAt(container, 'volumeMounts').map((mount) => textOf(mount['mountPath'])),
      );
    }
    // Claims of a StatefulSet are volumes, too.
    const object = objects.find((each) => nameOf(each) === pod.name);
    const claimed = listAt(object, 'spec', 'volumeClaimTemplates').map(({ metadata }) =>
      textOf((metadata as Fields)['name']),
    );
    const known = new Set([...volumes, ...claimed]);
    for (const container of containers) {
      for (const name of names(listAt(container, 'volumeMounts'))) {
        if (!known.has(name))
          wrong.push(`${pod.name}: ${textOf(container['name'])} mounts ${name}, which is no volume`);
      }
    }
  }
  return wrong;
}

const names = (list: readonly Fields[]): readonly string[] => list.map((item) => textOf(item['name']));
const portOf = (port: Fields): string => `${textOf(port['port'])}/${textOf(port['protocol'] ?? 'TCP')}`;

function twice(list: readonly string[]): readonly string[] {
  return [...new Set(list.filter((item, index) => list.indexOf(item) !== index))];
}
