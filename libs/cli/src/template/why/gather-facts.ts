import { createHash, randomUUID } from 'node:crypto';
import { type Size, tokenSide, variantKey } from '@instgenie/domain';
import type { RedisIndex } from '@instgenie/index';
import { chooseWindow } from '@instgenie/pictures';
import { type balancer, balancerServiceDefinition, type ConnectOptions, connect } from '@instgenie/rpc';
import type { TemplateRecord } from '@instgenie/templates';
import { callMs } from '../../deployment/deployment-flags.ts';
import type { FleetWorker } from '../../deployment/fleet.ts';
import type { Advice, RouteFacts, TemplateFacts, VariantFacts, Whereabouts } from './template-facts.ts';

/** For models that no worker has loaded yet, as gateways take them. */
const usualSide = 512;
const usualSteps = 28;
/** Routes that the balancer is asked about, and variants of each. */
const askedMax = 8;
const variantsMax = 16;

/** Where variants are; `ask` is undefined where there is no index, or it does not answer. */
export type AskIndex = (key: string) => Promise<Whereabouts | undefined>;

export async function indexOf(index: RedisIndex): Promise<AskIndex> {
  const pins = await index.pins();
  return async (text) => {
    const key = variantKey(text);
    const [holders, noted] = await Promise.all([index.locate(key), index.noted(key)]);
    return {
      ...noted,
      holders: holders.map(({ worker, tier, bytes }) => ({ worker, tier, bytes })),
      isPinned: pins.has(key),
    };
  };
}

/** Which model's edits are asked about. */
export interface AskedModel {
  readonly name: string;
  readonly side: number;
  readonly defaultSteps: number;
}

/** The template's model, or else the deployment's first one, as workers say of it. */
export function askedModel(workers: readonly FleetWorker[], name: string | undefined): AskedModel | undefined {
  const models = workers
    .flatMap(({ models: served }) => served)
    .filter((model) => name === undefined || model.name === name);
  const loaded = models.find(({ side }) => side > 0) ?? models[0];
  if (loaded === undefined) return name === undefined ? undefined : { name, side: 0, defaultSteps: 0 };
  return loaded;
}

export type AskBalancer = (record: TemplateRecord, route: string | undefined) => Promise<Advice>;

export function balancerOf(
  address: string,
  {
    options,
    model,
    maskRatio,
    signal,
  }: {
    readonly options: ConnectOptions;
    readonly model: AskedModel;
    readonly maskRatio: number;
    readonly signal: AbortSignal;
  },
): AskBalancer {
  return async (record, route) => {
    await using client = connect(address, balancerServiceDefinition(), options);
    const tokens = tokensOf(record.source, model.side || usualSide);
    const request = {
      gateway: 'cli',
      editId: createHash('sha256').update(randomUUID()).digest('hex').slice(0, 32),
      tenant: record.tenant,
      model: model.name,
      priority: 'PRIORITY_NORMAL',
      maskedTokens: Math.max(1, Math.round(maskRatio * tokens)),
      tokens,
      steps: record.steps ?? (model.defaultSteps || usualSteps),
      variants: variantsOf(record, route)
        .slice(-variantsMax)
        .map(({ key }) => key),
      affinity: route ?? '',
      explain: true,
      dryRun: true,
    } as const;
    return adviceOf(await client.unary('Pick', request, { deadlineMs: callMs, signal }));
  };
}

/** Everything that can be found out of a template. */
export async function gatherFacts(
  record: TemplateRecord,
  {
    maskRatio,
    askIndex,
    askBalancer,
  }: {
    readonly maskRatio: number;
    readonly askIndex: AskIndex | undefined;
    readonly askBalancer: AskBalancer | undefined;
  },
): Promise<TemplateFacts> {
  const routes: RouteFacts[] = [];
  for (const route of new Set(record.variants.map((variant) => variant.route))) {
    const variants: VariantFacts[] = [];
    for (const { key, bytes } of variantsOf(record, route)) {
      variants.push({ key, bytes, index: await askIndex?.(key) });
    }
    const advice = routes.length < askedMax ? await askBalancer?.(record, route) : undefined;
    routes.push({ route, variants, advice });
  }
  const advice = routes.length === 0 ? await askBalancer?.(record, undefined) : undefined;
  return { record, maskRatio, routes, advice };
}

function variantsOf({ variants }: TemplateRecord, route: string | undefined): TemplateRecord['variants'] {
  return variants.filter((variant) => variant.route === route);
}

/** Tokens of the window of an edit of the whole picture. */
function tokensOf({ width, height }: Size, modelSide: number): number {
  const { target } = chooseWindow({ size: { width, height }, maskBox: { left: 0, top: 0, width, height }, modelSide });
  return (target.width * target.height) / tokenSide ** 2;
}

function adviceOf({ worker, predictedMs, refused, scores }: balancer.PickResponse__Output): Advice {
  return { worker, predictedMs, refused, standings: scores };
}
