import { z } from 'zod';

/** Of a JSON schema, what is changed here. */
export interface ObjectSchema {
  properties?: Record<string, ObjectSchema>;
  additionalProperties?: ObjectSchema;
  required?: string[];
}

/** The JSON schema of what is written into a file. */
export function settingsOf(schema: z.ZodType): ObjectSchema {
  const { $schema: _, ...json } = z.toJSONSchema(schema, { io: 'input' });
  return json as ObjectSchema;
}

/** The same without settings that somebody else makes, each `path.to.setting`. Throws where there is none of that name. */
export function ownSettings(schema: z.ZodType, made: readonly string[]): ObjectSchema {
  const json = settingsOf(schema);
  for (const path of made) {
    const names = path.split('.');
    const name = names.pop() ?? '';
    const parent = names.reduce<ObjectSchema | undefined>((found, each) => found?.properties?.[each], json);
    if (parent?.properties?.[name] === undefined) throw new RangeError(`no setting ${path}`);
    delete parent.properties[name];
    parent.required = parent.required?.filter((each) => each !== name) ?? [];
  }
  // What is left of `store` has defaults.
  json.required = json.required?.filter((name) => !made.some((path) => path.startsWith(`${name}.`))) ?? [];
  return json;
}
