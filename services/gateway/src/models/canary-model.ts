import { chooseWindow } from '@instgenie/pictures';
import type { TemplateRecord } from '@instgenie/templates';
import { routeKey, variantsOf } from '../edits/route-key.ts';
import type { FleetModel } from '../fleet/fleet.ts';
import { type Canary, isInShare } from './model-names.ts';

/** For models that no worker has loaded yet. */
export const usualSide = 512;
export const usualSteps = 28;

/**
 * The version that a template's edits run on instead of `model`; undefined where they stay. A template that has been
 * edited moves once it is primed for the version, so that nobody waits for it; one that is new may begin there. While no
 * worker serves the version, all stay. Pure.
 */
export function canaryModel(
  record: TemplateRecord,
  model: FleetModel,
  { canaries, models }: { readonly canaries: readonly Canary[]; readonly models: readonly FleetModel[] },
): FleetModel | undefined {
  const canary = canaries.find((each) => each.model === model.name);
  if (canary === undefined || !isInShare(canary, record.id)) return undefined;
  const version = models.find(({ name, workers }) => name === canary.to && workers > 0);
  if (version === undefined) return undefined;
  return record.variants.length === 0 || isPrimedFor(record, version) ? version : undefined;
}

/** Whether a template's activations for a version of its model were made: those of edits of the whole picture. */
export function isPrimedFor(record: TemplateRecord, version: FleetModel): boolean {
  const { width, height } = record.source;
  const window = chooseWindow({
    size: { width, height },
    maskBox: { left: 0, top: 0, width, height },
    modelSide: version.side || usualSide,
  });
  const steps = record.steps ?? (version.defaultSteps || usualSteps);
  const route = routeKey({ record, steps, guidance: record.guidance, window, version: version.name });
  return variantsOf(record, route).length > 0;
}
