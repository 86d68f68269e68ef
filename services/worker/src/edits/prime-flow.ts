import { ServiceError } from '@instgenie/domain';
import { PrimeRun, type StepReport } from '@instgenie/engine';
import { variantBytes } from '@instgenie/store';
import type { Feed } from './edit-feed.ts';
import { type FlowParts, ownerOf, readPicture, takeTemplate, templateSpec } from './edit-flow.ts';
import type { PrimeJob } from './edit-job.ts';
import type { HostWork } from './edit-work.ts';
import { leaving } from './refusals.ts';

/** How priming goes. */
export interface PrimeNews {
  readonly kind: 'primed';
  readonly done: number;
  readonly total: number;
  readonly variant: string;
  readonly bytes: number;
}

/** Computes and keeps a template's activations in steps of the batch, as the least urgent work there is. */
export async function runPrime(
  parts: FlowParts,
  job: PrimeJob,
  { key, feed, signal }: { readonly key: string; readonly feed: Feed<PrimeNews>; readonly signal: AbortSignal },
): Promise<void> {
  const { pool, pictures, memory } = parts;
  using lease = await pool.take(job.template.model);
  const { host } = lease;
  using picture = await readPicture(pictures, host, job, signal);
  using held = new DisposableStack();
  held.use(memory.take(picture.bytes, host.stage.predictedMs));
  const spec = templateSpec(host, job, { salt: parts.saltOf(ownerOf(job)), picture });
  const variant = host.shelf.keyOf(spec);
  await using loan = await takeTemplate(host, { key: variant, spec, signal });
  const { template, keeper } = loan.stored;
  const bytes = variantBytes(keeper.variant.shape);
  using run = new PrimeRun(template);
  const total = run.stepsTotal;
  const tell = (done: number) => feed.push({ kind: 'primed', done, total, variant, bytes });
  if (parts.keptBytes(variant) > 0) return tell(total);
  await using holding = new AsyncDisposableStack();
  holding.use(await parts.leads.take(variant));
  const { tokens } = template.state;
  const submission = host.batcher.submit(
    { id: key, tenant: job.tenant, priority: 'batch', maskedTokens: tokens, stepsTotal: total, stepsDone: 0, bytes: 0 },
    new PrimeWork(run, host.stepFlops(tokens, tokens)),
    (event) => {
      // The last one is told when it is kept.
      if (event.kind === 'stepped' && event.done < total) tell(event.done);
    },
  );
  if (submission.kind === 'refused') throw leaving();
  const cancel = () => void host.batcher.cancel(key);
  signal.addEventListener('abort', cancel, { once: true });
  if (signal.aborted) cancel();
  const outcome = await submission.outcome;
  signal.removeEventListener('abort', cancel);
  if (outcome.kind === 'left') throw leaving();
  if (outcome.kind === 'failed') throw outcome.error;
  if (outcome.kind !== 'done') throw new ServiceError('cancelled', 'the priming was cancelled');
  if (keeper.failure !== undefined) throw keeper.failure;
  if (parts.keptBytes(variant) === 0) {
    throw new ServiceError('overloaded', 'memory: it is too short to keep the template now; try again later', {
      field: 'memory',
    });
  }
  tell(total);
}

class PrimeWork implements HostWork {
  readonly flops: number;
  readonly trace = undefined;
  readonly #run: PrimeRun;

  constructor(run: PrimeRun, flops: number) {
    this.#run = run;
    this.flops = flops;
  }

  nextItem() {
    return this.#run.nextItem();
  }

  lookAhead(): void {}

  async settle(_item: unknown, _report: StepReport): Promise<void> {
    await this.#run.settle();
  }
}
