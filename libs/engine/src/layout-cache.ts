import type { Mode } from '@instgenie/domain';
import { batchLayout, type Member, memberRows, type TextUse } from './batch-layout.ts';
import type { SharedRotary } from './inference-protocol.ts';
import { LayoutTensors } from './layout-tensors.ts';
import { RotaryTables } from './rotary-tables.ts';

/** A request as its place in a batch depends on it. Equal ids mean equal requests. */
export interface LayoutRequest extends Member {
  readonly id: string;
  readonly rotary: SharedRotary;
}

/** What a block does with the rows of a batch: a mode for each request, and how it uses the text. */
export interface BlockUse {
  readonly modes: readonly Mode[];
  readonly text: TextUse;
}

const entriesMax = 32;

/** Layouts of the batches seen last: an unchanged batch has the same one at every step and block. */
export class LayoutCache {
  readonly #heads: number;
  readonly #rotary = new RotaryTables();
  readonly #layouts = new Map<string, LayoutTensors>();

  constructor(heads: number) {
    this.#heads = heads;
  }

  get(requests: readonly LayoutRequest[], { modes, text }: BlockUse): LayoutTensors {
    const key = `${text} ${requests.map(({ id }, index) => `${id} ${modes[index]}`).join()}`;
    const layout = this.#layouts.get(key) ?? this.#make(requests, { modes, text });
    this.#layouts.delete(key);
    this.#layouts.set(key, layout);
    for (const oldest of this.#layouts.keys()) {
      if (this.#layouts.size <= entriesMax) break;
      this.#layouts.delete(oldest);
    }
    return layout;
  }

  #make(requests: readonly LayoutRequest[], { modes, text }: BlockUse): LayoutTensors {
    const table = this.#rotary.tableOf(requests.map(({ rotary }) => rotary));
    const members = requests.map((request, index) => ({
      ...memberRows(request, modes[index] ?? 'full', text),
      tokens: request.tokens,
      textRows: request.textRows,
      rotaryBase: table.bases[index] ?? 0,
    }));
    return new LayoutTensors(batchLayout(members, { heads: this.#heads, text }), table);
  }
}
