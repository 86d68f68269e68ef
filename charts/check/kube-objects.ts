import { parseAllDocuments } from 'yaml';

/** An object as its YAML has it. */
export interface KubeObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: {
    readonly name: string;
    readonly namespace?: string;
    readonly labels?: Readonly<Record<string, string>>;
  };
  readonly [field: string]: unknown;
}

export type Fields = Readonly<Record<string, unknown>>;

export const isFields = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Reads rendered YAML; a key that is there twice is an error, as it is for an API server. */
export function readObjects(text: string): readonly KubeObject[] {
  const objects: KubeObject[] = [];
  for (const document of parseAllDocuments(text, { uniqueKeys: true, version: '1.1' })) {
    const [error] = document.errors;
    if (error !== undefined) throw error;
    const value: unknown = document.toJS();
    if (value !== null) objects.push(value as KubeObject);
  }
  return objects;
}

export const nameOf = ({ kind, metadata }: KubeObject): string => `${kind} ${metadata.name}`;

/** What a path of names leads to; undefined where it ends. */
export function at(value: unknown, ...path: readonly string[]): unknown {
  return path.reduce<unknown>((found, name) => (isFields(found) ? found[name] : undefined), value);
}

export const listAt = (value: unknown, ...path: readonly string[]): readonly Fields[] => {
  const found = at(value, ...path);
  return Array.isArray(found) ? found.filter(isFields) : [];
};

export interface PodTemplate {
  readonly name: string;
  readonly component: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly spec: Fields;
}

/** The pods that objects are or make. */
export function podTemplates(objects: readonly KubeObject[]): readonly PodTemplate[] {
  return objects.flatMap((object) => {
    const template = object.kind === 'Pod' ? object : at(object, 'spec', 'template');
    const spec = at(template, 'spec');
    if (!isFields(spec) || !('containers' in spec)) return [];
    const labels = (at(template, 'metadata', 'labels') ?? {}) as Record<string, string>;
    return [{ name: nameOf(object), component: labels['app.kubernetes.io/component'] ?? '', labels, spec }];
  });
}

export const containersOf = ({ spec }: PodTemplate): readonly Fields[] => [
  ...listAt(spec, 'initContainers'),
  ...listAt(spec, 'containers'),
];

/** A value of YAML as text. */
export const textOf = (value: unknown): string => (typeof value === 'string' ? value : (JSON.stringify(value) ?? ''));
