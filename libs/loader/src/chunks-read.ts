import { type Mode, readsHidden } from '@instgenie/domain';
import type { ActivationLayout } from '@instgenie/engine';

/**
 * The chunks of a step that blocks of these modes read, in the order in which they need them; undefined where one of
 * them is not kept.
 */
export function chunksRead(layout: ActivationLayout, modes: readonly Mode[]): readonly number[] | undefined {
  const { kinds } = layout.shape;
  const chunks: number[] = [];
  for (const [block, mode] of modes.entries()) {
    if (mode === 'kv') {
      if (!kinds.includes('key') || !kinds.includes('value')) return undefined;
      chunks.push(layout.place(block, 'key').chunk);
    }
    if (readsHidden(modes, block)) {
      if (!kinds.includes('hidden')) return undefined;
      chunks.push(layout.place(block, 'hidden').chunk);
    }
  }
  return chunks;
}
