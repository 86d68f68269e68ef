import type { Value } from '@instgenie/onnx';
import { attentionInputs, raggedAttention } from './attention-graph.ts';
import {
  firstRows,
  gatedAdd,
  headNorm,
  type LayerContext,
  lastRows,
  linear,
  linearGelu,
  modulatedNorm,
  modulationParts,
  rotaryInputs,
  rotate,
  withProjected,
} from './layers.ts';

/** The layer names of one of the two streams. */
interface StreamNames {
  readonly query: string;
  readonly key: string;
  readonly value: string;
  readonly normQuery: string;
  readonly normKey: string;
  readonly out: string;
  readonly mlp: string;
}

const imageNames: StreamNames = {
  query: 'attn.to_q',
  key: 'attn.to_k',
  value: 'attn.to_v',
  normQuery: 'attn.norm_q',
  normKey: 'attn.norm_k',
  out: 'attn.to_out.0',
  mlp: 'ff',
};

const textNames: StreamNames = {
  query: 'attn.add_q_proj',
  key: 'attn.add_k_proj',
  value: 'attn.add_v_proj',
  normQuery: 'attn.norm_added_q',
  normKey: 'attn.norm_added_k',
  out: 'attn.to_add_out',
  mlp: 'ff_context',
};

/**
 * Builds a double block: text and image rows have layers of their own and meet in attention.
 * `text`, `image`: rows of every request. `projected`: image rows that only give keys and values. Text rows are not
 * rotated: their position is zero.
 */
export function doubleBlockGraph(context: LayerContext, index: number): Uint8Array {
  const { graph, shape } = context;
  const { width } = shape;
  const block = `transformer_blocks.${index}`;
  const stream = (name: string, names: StreamNames) => {
    const rows = graph.input(name, 'float32', [`${name}_rows`, width]);
    const modulation = graph.input(`${name}_modulation`, 'float32', ['requests', 6 * width]);
    return new Stream(context, { block, rows, modulation, owner: `${name}_owner`, names });
  };
  const text = stream('text', textNames);
  const image = stream('image', imageNames);
  const rotary = rotaryInputs(context);

  const all = withProjected(context, image.normal, { modulation: image.modulation, count: 6 });
  const query = [text.query(), rotate(context, image.query(), rotary.query)];
  const imageKey = rotate(context, image.key(all), rotary.key);
  const imageValue = image.value(all);
  const attention = raggedAttention(context, {
    ...attentionInputs(context),
    query: graph.op('Concat', query, { axis: 0n }),
    keys: [text.key(text.normal), imageKey],
    values: [text.value(text.normal), imageValue],
  });

  const textCount = graph.op('Shape', [text.rows], { start: 0n, end: 1n });
  const textOut = text.rest(firstRows(context, attention, textCount));
  const imageOut = image.rest(lastRows(context, attention, textCount));
  graph.output('text_out', textOut, 'float32', ['text_rows', width]);
  graph.output('image_out', imageOut, 'float32', ['image_rows', width]);
  graph.output('keys', imageKey, 'float32', ['all_rows', width]);
  graph.output('values', imageValue, 'float32', ['all_rows', width]);
  return graph.encode();
}

interface StreamFields {
  readonly block: string;
  readonly rows: Value;
  readonly modulation: Value;
  readonly owner: string;
  readonly names: StreamNames;
}

/** The rows of one stream and the layers that both streams have, each with its own weights. */
class Stream {
  readonly rows: Value;
  readonly modulation: Value;
  /** The rows, normed and modulated for attention. */
  readonly normal: Value;
  readonly #context: LayerContext;
  readonly #block: string;
  readonly #names: StreamNames;
  /** Gate of attention, then shift, scale and gate of the MLP. */
  readonly #later: readonly [Value, Value, Value, Value];

  constructor(context: LayerContext, { block, rows, modulation, owner, names }: StreamFields) {
    const [shift, scale, ...later] = modulationParts(context, { modulation, owner, count: 6 });
    this.rows = rows;
    this.modulation = modulation;
    this.normal = modulatedNorm(context, rows, { shift, scale });
    this.#context = context;
    this.#block = block;
    this.#names = names;
    this.#later = later;
  }

  query(): Value {
    return headNorm(this.#context, this.#square(this.normal, this.#names.query), this.#layer(this.#names.normQuery));
  }

  key(x: Value): Value {
    return headNorm(this.#context, this.#square(x, this.#names.key), this.#layer(this.#names.normKey));
  }

  value(x: Value): Value {
    return this.#square(x, this.#names.value);
  }

  /** What follows attention: its output layer, then the MLP, each gated and added. */
  rest(attention: Value): Value {
    const [attentionGate, shift, scale, mlpGate] = this.#later;
    const { width } = this.#context.shape;
    const y = this.#square(attention, this.#names.out);
    const attended = gatedAdd(this.#context, this.rows, { gate: attentionGate, y });
    const normal = modulatedNorm(this.#context, attended, { shift, scale });
    const mlp = this.#layer(this.#names.mlp);
    const inner = linearGelu(this.#context, normal, { name: `${mlp}.net.0.proj`, from: width, to: 4 * width });
    const outer = linear(this.#context, inner, { name: `${mlp}.net.2`, from: 4 * width, to: width });
    return gatedAdd(this.#context, attended, { gate: mlpGate, y: outer });
  }

  #square(x: Value, layer: string): Value {
    const { width } = this.#context.shape;
    return linear(this.#context, x, { name: this.#layer(layer), from: width, to: width });
  }

  #layer(name: string): string {
    return `${this.#block}.${name}`;
  }
}
