import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import * as kubernetes from '@kubernetes/client-node';
import { customTypes } from './custom-types.ts';
import { isFields, type KubeObject } from './kube-objects.ts';

interface Attribute {
  readonly name: string;
  readonly baseName: string;
  readonly type: string;
}

const models = dirname(createRequire(import.meta.url).resolve('@kubernetes/client-node/dist/gen/models/V1Pod.js'));
const requiredCache = new Map<string, ReadonlySet<string>>();

/** What is wrong with an object's fields, for the types of Kubernetes 1.36: unknown ones, wrong types, missing ones. */
export function typeMistakes(object: KubeObject): readonly string[] {
  const custom = customTypes[`${object.apiVersion} ${object.kind}`];
  if (custom !== undefined) {
    const { error } = custom.safeParse(object);
    return error?.issues.map(({ path, message }) => `${path.join('.')}: ${message}`) ?? [];
  }
  const [version = ''] = object.apiVersion.split('/').slice(-1);
  const type = `${version.slice(0, 1).toUpperCase()}${version.slice(1)}${object.kind}`;
  if (attributesOf(type) === undefined) return [`no type for ${object.apiVersion} ${object.kind}`];
  return mistakes(object, type, '');
}

function mistakes(value: unknown, type: string, path: string): readonly string[] {
  const list = /^Array<(.+)>$/.exec(type)?.[1];
  if (list !== undefined) {
    if (!Array.isArray(value)) return [`${path}: expected a list, got ${typeof value}`];
    return value.flatMap((item, index) => mistakes(item, list, `${path}[${index}]`));
  }
  const map = /^\{ \[key: string\]: (.+); \}$/.exec(type)?.[1];
  if (map !== undefined) {
    if (!isFields(value)) return [`${path}: expected fields, got ${typeof value}`];
    return Object.entries(value).flatMap(([key, item]) => mistakes(item, map, `${path}.${key}`));
  }
  const attributes = attributesOf(type);
  if (attributes === undefined) return scalarMistakes(value, type, path);
  if (!isFields(value)) return [`${path}: expected ${type}, got ${value === null ? 'nothing' : typeof value}`];
  const found = Object.entries(value).flatMap(([key, item]) => {
    const attribute = attributes.find(({ baseName }) => baseName === key);
    const below = path === '' ? key : `${path}.${key}`;
    return attribute === undefined ? [`${below}: ${type} has no such field`] : mistakes(item, attribute.type, below);
  });
  const missing = attributes.filter(({ name, baseName }) => requiredOf(type).has(name) && !(baseName in value));
  return [...found, ...missing.map(({ baseName }) => `${path}: ${baseName} of ${type} is missing`)];
}

function scalarMistakes(value: unknown, type: string, path: string): readonly string[] {
  const isRight =
    type === 'any' ||
    (type === 'string' && typeof value === 'string') ||
    (type === 'number' && typeof value === 'number') ||
    (type === 'boolean' && typeof value === 'boolean') ||
    (type === 'Date' && typeof value === 'string') ||
    (type === 'IntOrString' && (typeof value === 'string' || Number.isInteger(value)));
  return isRight ? [] : [`${path}: expected ${type}, got ${value === null ? 'nothing' : typeof value}`];
}

function attributesOf(type: string): readonly Attribute[] | undefined {
  const found: unknown = Reflect.get(kubernetes, type);
  if (typeof found !== 'function' || !('attributeTypeMap' in found)) return undefined;
  return found.attributeTypeMap as readonly Attribute[];
}

/** The library's own declarations say which fields have to be there. */
function requiredOf(type: string): ReadonlySet<string> {
  const known = requiredCache.get(type);
  if (known !== undefined) return known;
  const text = readFileSync(join(models, `${type}.d.ts`), 'utf8');
  const required = new Set([...text.matchAll(/^ {4}'([^']+)': /gm)].map((match) => match[1] ?? ''));
  requiredCache.set(type, required);
  return required;
}
