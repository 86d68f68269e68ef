import { ServiceError } from '@instgenie/domain';
import { ActivationLayout, keptSteps, MemoryKeeper, type Template } from '@instgenie/engine';
import type { CommandContext } from './command-context.ts';
import { bytesText } from './format.ts';

/** What a template keeps once it is primed. */
export function primedBytes({ shape, spec }: Template): number {
  return new ActivationLayout(shape).bytes * keptSteps(spec).length;
}

/** Throws `overloaded` when the memory that is free cannot hold what priming would keep. */
export function checkPrimingFits(template: Template): void {
  const [bytes, free] = [primedBytes(template), process.availableMemory()];
  if (bytes < free) return;
  const text = `memory: priming would keep ${bytesText(bytes)} of activations, but ${bytesText(free)} are free`;
  throw new ServiceError('overloaded', `${text}; use fewer steps or a smaller picture`, { field: 'memory' });
}

/** Runs the template's own forward at every step and keeps what edits need of it. */
export async function primeTemplate(context: CommandContext, template: Template): Promise<void> {
  if (template.keeper instanceof MemoryKeeper) checkPrimingFits(template);
  const { steps } = template.spec;
  context.progress.note(`priming the template: ${bytesText(primedBytes(template))} of activations for ${steps} steps`);
  using bar = context.progress.bar('prime', steps);
  await template.prime({ signal: context.signal, onStep: (done) => bar.advance(done) });
}
