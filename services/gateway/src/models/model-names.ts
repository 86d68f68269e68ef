import { createHash } from 'node:crypto';

/** A share of a model's edits runs on another version of it. */
export interface Canary {
  /** What edits ask for. */
  readonly model: string;
  /** What a share of them runs on. */
  readonly to: string;
  /** Of the model's templates, 0 to 1. */
  readonly share: number;
}

/** What names of models mean in a deployment. */
export interface ModelNames {
  /** Names that callers say for models; `*` stands for any that is unknown. */
  readonly aliases: Readonly<Record<string, string>>;
  /** One for each model at most. */
  readonly canaries: readonly Canary[];
}

/** Every name means itself. */
export const plainNames: ModelNames = { aliases: {}, canaries: [] };

/** The model that a name means; undefined where there is none. An alias comes before a model of its name. Pure. */
export function namedModel<Model extends { readonly name: string }>(
  { aliases }: ModelNames,
  models: readonly Model[],
  name: string | undefined,
): Model | undefined {
  if (name === undefined || name === '') return models[0];
  const find = (wanted: string | undefined) => models.find((model) => model.name === wanted);
  const aliasOf = (alias: string) => (Object.hasOwn(aliases, alias) ? aliases[alias] : undefined);
  return find(aliasOf(name) ?? name) ?? find(aliasOf('*'));
}

/**
 * Whether a template belongs to the share: always the same for the same template, and a larger share takes those of a
 * smaller one with it. Pure.
 */
export function isInShare({ to, share }: Canary, templateId: string): boolean {
  const digest = createHash('sha256').update(`${to}\0${templateId}`).digest();
  return digest.readUInt32BE(0) < share * 2 ** 32;
}
