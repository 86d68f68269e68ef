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
  type Rotary,
  rotate,
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

/** shift, scale and gate of attention, then of the MLP; one row, or one for each row of the stream. */
type Modulation = readonly [Value, Value, Value, Value, Value, Value];

/**
 * Builds a double block: text and image rows have layers of their own and meet in attention.
 * Image rows: fresh ones of every request, then rows that are only projected to keys and values.
 */
export function doubleBlockGraph(context: LayerContext, index: number): Uint8Array {
  const { graph, shape } = context;
  const { width } = shape;
  const text = graph.input('text', 'float32', ['text_rows', width]);
  const image = graph.input('image', 'float32', ['image_rows', width]);
  const freshCount = graph.input('fresh_count', 'int64', [1]);
  const rotary: Rotary = {
    index: graph.input('rotary', 'int64', ['image_rows', 1]),
    cos: graph.input('cos', 'float32', ['table', shape.headDim / 2]),
    sin: graph.input('sin', 'float32', ['table', shape.headDim / 2]),
  };
  const inputs = attentionInputs(context);
  const stream = (name: string): Modulation => {
    const modulation = graph.input(`${name}_modulation`, 'float32', ['requests', 6 * width]);
    const owner = graph.input(`${name}_owner`, 'int64', [`${name}_owners`]);
    const [a, b, c, d, e, f] = modulationParts(context, { modulation, owner, count: 6 });
    if (!a || !b || !c || !d || !e || !f) throw new RangeError('six parts expected');
    return [a, b, c, d, e, f];
  };
  const layers = new StreamLayers(context, `transformer_blocks.${index}`);

  const textModulation = stream('text');
  const textNormal = modulatedNorm(context, text, { shift: textModulation[0], scale: textModulation[1] });
  const imageModulation = stream('image');
  const imageNormal = modulatedNorm(context, image, { shift: imageModulation[0], scale: imageModulation[1] });
  const imageFresh = firstRows(context, imageNormal, freshCount);

  const imageQuery = rotate(context, layers.query(imageFresh, imageNames), {
    ...rotary,
    index: firstRows(context, rotary.index, freshCount),
  });
  const key = {
    text: layers.key(textNormal, textNames),
    image: rotate(context, layers.key(imageNormal, imageNames), rotary),
  };
  const value = { text: layers.value(textNormal, textNames), image: layers.value(imageNormal, imageNames) };
  const query = graph.op('Concat', [layers.query(textNormal, textNames), imageQuery], { axis: 0n });
  const attention = raggedAttention(context, { ...inputs, query, key, value });

  const textCount = graph.op('Shape', [text], { start: 0n, end: 1n });
  const textOut = layers.rest(text, firstRows(context, attention, textCount), {
    names: textNames,
    modulation: textModulation,
  });
  const freshOf = (part: Value) => firstRows(context, part, freshCount);
  const [a, b, c, d, e, f] = imageModulation;
  const imageOut = layers.rest(freshOf(image), lastRows(context, attention, textCount), {
    names: imageNames,
    modulation: [a, b, freshOf(c), freshOf(d), freshOf(e), freshOf(f)],
  });
  graph.output('text_out', textOut, 'float32', ['text_rows', width]);
  graph.output('image_out', imageOut, 'float32', ['fresh', width]);
  graph.output('keys', key.image, 'float32', ['image_rows', width]);
  graph.output('values', value.image, 'float32', ['image_rows', width]);
  return graph.encode();
}

/** The layers that both streams have, each with its own weights. */
class StreamLayers {
  readonly #context: LayerContext;
  readonly #block: string;

  constructor(context: LayerContext, block: string) {
    this.#context = context;
    this.#block = block;
  }

  query(x: Value, names: StreamNames): Value {
    return headNorm(this.#context, this.#square(x, names.query), `${this.#block}.${names.normQuery}`);
  }

  key(x: Value, names: StreamNames): Value {
    return headNorm(this.#context, this.#square(x, names.key), `${this.#block}.${names.normKey}`);
  }

  value(x: Value, names: StreamNames): Value {
    return this.#square(x, names.value);
  }

  /** What follows attention: its output layer, then the MLP, each gated and added. */
  rest(
    x: Value,
    attention: Value,
    { names, modulation }: { readonly names: StreamNames; readonly modulation: Modulation },
  ): Value {
    const [, , attentionGate, shift, scale, mlpGate] = modulation;
    const { width } = this.#context.shape;
    const attended = gatedAdd(this.#context, x, { gate: attentionGate, y: this.#square(attention, names.out) });
    const normal = modulatedNorm(this.#context, attended, { shift, scale });
    const mlp = `${this.#block}.${names.mlp}`;
    const inner = linearGelu(this.#context, normal, { name: `${mlp}.net.0.proj`, from: width, to: 4 * width });
    const y = linear(this.#context, inner, { name: `${mlp}.net.2`, from: 4 * width, to: width });
    return gatedAdd(this.#context, attended, { gate: mlpGate, y });
  }

  #square(x: Value, layer: string): Value {
    const { width } = this.#context.shape;
    return linear(this.#context, x, { name: `${this.#block}.${layer}`, from: width, to: width });
  }
}
