import { readFile } from 'node:fs/promises';
import { ServiceError } from '@instgenie/domain';
import { parse } from 'yaml';
import type { z } from 'zod';

/** Where settings come from; what comes later wins. */
export interface ConfigSources {
  /** A YAML or JSON file. */
  readonly file?: string;
  /** `path.to.setting=value`; the value is YAML. */
  readonly set?: readonly string[];
  /** `path.to.setting=file`; the value is the file's text, without white space around it: for secrets. */
  readonly setFile?: readonly string[];
}

/** Names that would reach what every object has. */
const reserved = new Set(['__proto__', 'constructor', 'prototype']);
const aliasesMax = 100;

/** Reads and checks settings. Throws `invalid` with every wrong setting, a line each; `not-found` for the file. */
export async function readConfig<Schema extends z.ZodType>(
  schema: Schema,
  sources: ConfigSources,
): Promise<z.output<Schema>> {
  const text = sources.file === undefined ? '' : await readText(sources.file);
  const fromFiles = await Promise.all((sources.setFile ?? []).map(readAssigned));
  return parseConfig(schema, { text, set: [...(sources.set ?? []), ...fromFiles] });
}

/** The same for the text of a file. */
export function parseConfig<Schema extends z.ZodType>(
  schema: Schema,
  { text, set = [] }: { readonly text: string; readonly set?: readonly string[] },
): z.output<Schema> {
  const settings: unknown = readYaml(text, 'file') ?? {};
  if (!isRecord(settings)) throw invalid('file: a mapping of settings is expected');
  for (const assignment of set) assign(settings, assignment);
  const { data, error } = schema.safeParse(settings);
  if (error === undefined) return data;
  throw invalid(error.issues.map(({ path, message }) => `${path.join('.') || 'settings'}: ${message}`).join('\n'));
}

/** The assignment of a file's text, as JSON, which is YAML: nothing in it means anything. */
async function readAssigned(assignment: string): Promise<string> {
  const at = assignment.indexOf('=');
  if (at < 1) throw invalid(`set-file: ${assignment} is not path.to.setting=file`);
  const text = await readText(assignment.slice(at + 1));
  return `${assignment.slice(0, at)}=${JSON.stringify(text.trim())}`;
}

function assign(settings: Record<string, unknown>, assignment: string): void {
  const at = assignment.indexOf('=');
  const names = assignment.slice(0, Math.max(0, at)).split('.');
  if (names.some((name) => name === '' || reserved.has(name))) {
    throw invalid(`set: ${assignment} is not path.to.setting=value`);
  }
  let target: Record<string, unknown> = settings;
  for (const name of names.slice(0, -1)) {
    const found = Array.isArray(target) && !/^\d+$/.test(name) ? undefined : target[name];
    target = isRecord(found) ? found : (target[name] = {});
  }
  target[names.at(-1) ?? ''] = readYaml(assignment.slice(at + 1), 'set');
}

function readYaml(text: string, field: string): unknown {
  try {
    return parse(text, { maxAliasCount: aliasesMax });
  } catch (thrown) {
    throw invalid(`${field}: ${thrown instanceof Error ? thrown.message.split('\n', 1)[0] : 'is no YAML'}`);
  }
}

async function readText(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (cause) {
    throw new ServiceError('not-found', `config: ${file} cannot be read`, { field: 'config', cause });
  }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}

function invalid(message: string): ServiceError {
  return new ServiceError('invalid', message, { field: 'config' });
}
