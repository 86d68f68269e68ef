import { createHash, randomUUID } from 'node:crypto';
import { ServiceError } from '@instgenie/domain';
import type { MaskMode } from '@instgenie/pictures';
import type { TemplateRecord } from '@instgenie/templates';
import { routeKey } from '../edits/route-key.ts';
import type { EditEnding, FleetModel, Picked } from '../fleet/fleet.ts';
import { usualSide, usualSteps } from '../models/canary-model.ts';
import type { MaskFacts } from '../pictures/picture-protocol.ts';
import { wholeMask } from '../pictures/whole-mask.ts';
import type { PrimingLease } from './priming-guards.ts';
import type { TemplateParts } from './template-parts.ts';
import type { PrimeNews, PrimeOrder } from './templates.ts';

/** Nobody looks, and it goes behind all edits: it may take its time. */
const primeMs = 600_000;
const attemptsMax = 3;
const maskModes = {
  auto: 'MASK_MODE_AUTO',
  white: 'MASK_MODE_WHITE',
  black: 'MASK_MODE_BLACK',
  alpha: 'MASK_MODE_ALPHA',
} as const satisfies Record<MaskMode, string>;

/** How far a worker is, and the variant that it makes. */
export interface Primed extends PrimeNews {
  readonly variant: string;
  readonly route: string;
}

export interface PrimeCall {
  readonly record: TemplateRecord;
  readonly model: FleetModel;
  readonly order: PrimeOrder;
  /** The model's name, where it is another version of the template's own. */
  readonly version?: string | undefined;
  readonly admit: (plannedTokenSteps: number) => PrimingLease;
  readonly signal: AbortSignal;
}

type PrimeParts = Pick<TemplateParts, 'fleet' | 'reader' | 'now'>;

/** Has a worker compute a template's activations; another one begins anew when it is lost or has no room. */
export async function* primeTemplate(parts: PrimeParts, call: PrimeCall): AsyncIterable<Primed> {
  const { record, signal } = call;
  const facts = await windowOf(parts, call);
  const steps = record.steps ?? (call.model.defaultSteps || usualSteps);
  const { version } = call;
  const route = routeKey({ record, steps, guidance: record.guidance, version, window: facts.window });
  const endsAtMs = parts.now() + primeMs;
  const editId = createHash('sha256').update(randomUUID()).digest('hex').slice(0, 32);
  const excluded: string[] = [];
  using lease = call.admit(facts.tokens * steps);
  for (;;) {
    const deadlineMs = endsAtMs - parts.now();
    const picked = await parts.fleet.pick(
      {
        editId,
        tenant: record.tenant,
        model: call.model.name,
        priority: 'batch',
        deadlineMs,
        maskedTokens: facts.tokens,
        tokens: facts.tokens,
        steps,
        isDense: false,
        variants: record.variants.filter((variant) => variant.route === route).map(({ key }) => key),
        affinity: route,
        excluded,
        mustBeWarm: false,
        explain: false,
      },
      signal,
    );
    let counted = 0;
    try {
      for await (const news of primeOn(parts, call, { picked, editId, steps, route, deadlineMs })) {
        if (isComputed(news, counted)) {
          lease.computed(facts.tokens * (news.done - counted));
          counted = news.done;
        }
        yield news;
      }
      return;
    } catch (thrown) {
      excluded.push(picked.worker);
      if (!isWorthAnother(thrown) || excluded.length >= attemptsMax || signal.aborted) throw thrown;
    }
  }
}

/** False of what is held already, which is told as done at once. */
function isComputed({ done, total }: PrimeNews, doneBefore: number): boolean {
  return done < total || doneBefore > 0 || total === 1;
}

async function* primeOn(
  { fleet, now }: PrimeParts,
  { record, model, order, signal }: PrimeCall,
  {
    picked,
    editId,
    steps,
    route,
    deadlineMs,
  }: {
    readonly picked: Picked;
    readonly editId: string;
    readonly steps: number;
    readonly route: string;
    readonly deadlineMs: number;
  },
): AsyncIterable<Primed> {
  const beganMs = now();
  let ending: EditEnding['ending'] = 'cancelled';
  try {
    const request = {
      tenant: record.tenant,
      template: {
        model: model.name,
        picture: 'stored',
        stored: record.source.sha256,
        steps,
        ...(record.guidance === undefined ? {} : { guidance: record.guidance }),
        prompt: record.prompt,
        noiseSeed: record.noiseSeed,
        keepEvery: record.keepEvery,
      },
      ...(order.mask === undefined ? {} : { mask: Buffer.from(order.mask) }),
      maskMode: maskModes[order.maskMode],
    } as const;
    const news = fleet.worker(picked.address).stream('Prime', request, { deadlineMs, signal });
    for await (const { done, total, variant, bytes } of news) yield { done, total, variant, bytes, route };
    ending = 'done';
  } catch (thrown) {
    if (isWorthAnother(thrown)) ending = codeOf(thrown) === 'overloaded' ? 'refused' : 'failed';
    throw thrown;
  } finally {
    const { worker, predictedMs } = picked;
    fleet.report({ editId, worker, ending, tookMs: now() - beganMs, predictedMs });
  }
}

/** The window of edits with the mask; without one, of edits of the whole picture. */
async function windowOf({ reader }: PrimeParts, { record, model, order, signal }: PrimeCall): Promise<MaskFacts> {
  const { width, height } = record.source;
  const mask = order.mask ?? wholeMask({ width, height });
  const mode = order.mask === undefined ? 'white' : order.maskMode;
  const fields = { picture: 'template_id', mask: 'mask' };
  const modelSide = model.side || usualSide;
  return await reader.inspectMask({ picture: { width, height }, mask, mode, grow: 0, modelSide }, { signal, fields });
}

function isWorthAnother(thrown: unknown): boolean {
  return ['unavailable', 'overloaded', 'internal'].includes(codeOf(thrown));
}

function codeOf(thrown: unknown): string {
  return ServiceError.from(thrown).code;
}
