import { type KubeObject, nameOf } from './kube-objects.ts';

/** A StatefulSet's revisions are labels of its pods: ten characters and a dash are put behind its name. */
const most: Readonly<Record<string, number>> = { StatefulSet: 52, Deployment: 63, Service: 63, Pod: 63 };

/** Names that an API server takes and then makes no pods for. */
export function longNames(objects: readonly KubeObject[]): readonly string[] {
  return objects
    .filter(({ kind, metadata }) => metadata.name.length > (most[kind] ?? 253))
    .map((object) => `${nameOf(object)}: has ${object.metadata.name.length} characters`);
}
