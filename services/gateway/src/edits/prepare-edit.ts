import { ServiceError, type Size } from '@instgenie/domain';
import type { TemplateRecord } from '@instgenie/templates';
import type { Caller } from '@instgenie/tenants';
import type { Fleet, FleetModel } from '../fleet/fleet.ts';
import { canaryModel, usualSide, usualSteps } from '../models/canary-model.ts';
import { type ModelNames, namedModel } from '../models/model-names.ts';
import type { MaskFacts } from '../pictures/picture-protocol.ts';
import type { PictureReader } from '../pictures/picture-reader.ts';
import type { Templates } from '../templates/templates.ts';
import type { EditOrder } from './edit-order.ts';
import type { EditFacts } from './editing.ts';
import { routeKey, variantsOf } from './route-key.ts';

export interface PrepareParts {
  readonly fleet: Pick<Fleet, 'models' | 'isServing'>;
  readonly names: ModelNames;
  readonly templates: Pick<Templates, 'resolve' | 'picture'>;
  readonly pictures: Pick<PictureReader, 'inspectMask'>;
}

/** An order with everything that was looked up for it. */
export interface PreparedEdit {
  readonly order: EditOrder;
  readonly record: TemplateRecord;
  readonly facts: EditFacts;
  /** Of the schedule. */
  readonly steps: number;
  /** Steps that are run: fewer with a strength below 1. */
  readonly stepsToRun: number;
  readonly isDense: boolean;
  readonly route: string;
  /** What edits of this route have used before. */
  readonly variants: readonly string[];
}

/** Finds out all that an order means, and computes nothing. Throws what is wrong with it. */
export async function prepareEdit(
  { fleet, names, templates, pictures }: PrepareParts,
  order: EditOrder,
  { caller, signal }: { readonly caller: Caller; readonly signal: AbortSignal },
): Promise<PreparedEdit> {
  const { record, model, version } = await lookUp({ fleet, names, templates }, order, caller);
  const mask = await pictures.inspectMask(
    {
      ...(await maskedPicture(order, record, () => templates.picture(record.id, caller))),
      mode: order.maskMode,
      grow: order.grow,
      modelSide: model.side || usualSide,
    },
    { signal },
  );
  const isDense = order.isDense || mask.from === 'nowhere';
  const steps = order.steps ?? record.steps ?? (model.defaultSteps || usualSteps);
  const guidance = order.guidance ?? record.guidance;
  const route = routeKey({ record, steps, guidance, version, window: mask.window });
  return {
    order,
    record,
    facts: factsOf(order, { record, model, mask, steps }),
    steps,
    stepsToRun: Math.max(1, Math.ceil(steps * order.strength)),
    isDense,
    route,
    variants: isDense ? [] : variantsOf(record, route),
  };
}

interface LookedUp {
  readonly record: TemplateRecord;
  /** What it runs on. */
  readonly model: FleetModel;
  /** Its name, where that is another version of what was asked for. */
  readonly version: string | undefined;
}

async function lookUp(
  { fleet, names, templates }: Pick<PrepareParts, 'fleet' | 'names' | 'templates'>,
  { source, model: name }: EditOrder,
  caller: Caller,
): Promise<LookedUp> {
  if (source.kind === 'template') {
    const record = await templates.resolve(source, caller);
    return versionOf({ fleet, names }, record, modelOf({ fleet, names }, record.model));
  }
  const model = modelOf({ fleet, names }, name);
  return versionOf({ fleet, names }, await templates.resolve({ ...source, model: model.name }, caller), model);
}

function versionOf(
  { fleet, names }: Pick<PrepareParts, 'fleet' | 'names'>,
  record: TemplateRecord,
  model: FleetModel,
): LookedUp {
  const version = canaryModel(record, model, { canaries: names.canaries, models: fleet.models });
  return { record, model: version ?? model, version: version?.name };
}

function factsOf(
  { requestId }: EditOrder,
  {
    record,
    model,
    mask,
    steps,
  }: { readonly record: TemplateRecord; readonly model: FleetModel; readonly mask: MaskFacts; readonly steps: number },
): EditFacts {
  const { maskRatio, maskedTokens, tokens, warnings } = mask;
  return { requestId, templateId: record.id, model: model.name, maskRatio, maskedTokens, tokens, steps, warnings };
}

async function maskedPicture(
  { source, mask }: EditOrder,
  record: TemplateRecord,
  readPicture: () => Promise<Uint8Array>,
): Promise<
  { readonly picture: Size; readonly mask: Uint8Array } | { readonly picture: Uint8Array; readonly mask: undefined }
> {
  const { width, height } = record.source;
  if (mask !== undefined) return { picture: { width, height }, mask };
  return { picture: source.kind === 'inline' ? source.bytes : await readPicture(), mask: undefined };
}

function modelOf({ fleet, names }: Pick<PrepareParts, 'fleet' | 'names'>, name: string | undefined): FleetModel {
  const found = namedModel(names, fleet.models, name);
  if (found !== undefined) return found;
  if (name === undefined || name === '' || !fleet.isServing) {
    throw new ServiceError('unavailable', 'no worker is there now; try again', { field: 'edit.model' });
  }
  throw new ServiceError('not-found', `edit.model: there is no model ${name}`, { field: 'edit.model' });
}
