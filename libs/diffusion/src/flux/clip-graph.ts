import type { ClipConfig, Weights } from '@instgenie/checkpoint';
import { GraphBuilder, type Value } from '@instgenie/onnx';
import type { WeightSource } from './layers.ts';
import { graphWeights } from './weights.ts';

/** Published configs say so, though no text ends with this id: those models pool at the highest id instead. */
const oldEosTokenId = 2;

/**
 * The CLIP text encoder: `ids` int32 [batch, positions] to `pooled` [batch, width], the end-of-text row, and
 * `hidden` [batch, positions, width], both after the final norm.
 */
export function buildClipGraph(config: ClipConfig, weights: Weights): Uint8Array {
  const graph = new GraphBuilder('clip');
  const { positions, width } = config;
  const encoder = new ClipEncoder(graph, config, weights);
  const ids = graph.input('ids', 'int32', ['batch', positions]);
  const hidden = graph.op('Reshape', [encoder.run(ids), graph.ints([-1, positions, width])]);
  const end = graph.op('Unsqueeze', [endOfText(graph, ids, config.eosTokenId), graph.ints([1])]);
  graph.output('pooled', graph.op('GatherND', [hidden, end], { batch_dims: 1n }), 'float32', ['batch', width]);
  graph.output('hidden', hidden, 'float32', ['batch', positions, width]);
  return graph.encode();
}

/** Where each text ends, int64 [batch]: at the first of the searched ids, or at 0 if there is none. */
function endOfText(graph: GraphBuilder, ids: Value, eosTokenId: number): Value {
  const eos = graph.op('Cast', [graph.ints([eosTokenId], [])], { to: int32 });
  const searched =
    eosTokenId === oldEosTokenId ? ids : graph.op('Cast', [graph.op('Equal', [ids, eos])], { to: int32 });
  return graph.op('ArgMax', [searched], { axis: 1n, keepdims: 0n });
}

const int32 = 6n;

/** The layers, on rows [batch * positions, width]. */
class ClipEncoder {
  readonly #graph: GraphBuilder;
  readonly #config: ClipConfig;
  readonly #weight: WeightSource;

  constructor(graph: GraphBuilder, config: ClipConfig, weights: Weights) {
    // Newer versions of transformers write the names without the prefix.
    const prefix = weights.has('text_model.final_layer_norm.weight') ? 'text_model.' : '';
    const weight = graphWeights(graph, weights);
    this.#graph = graph;
    this.#config = config;
    this.#weight = (name, shape) => weight(`${prefix}${name}`, shape);
  }

  run(ids: Value): Value {
    const { vocabulary, positions, width, layers } = this.#config;
    const graph = this.#graph;
    const words = graph.op('Gather', [this.#weight('embeddings.token_embedding.weight', [vocabulary, width]), ids]);
    const places = this.#weight('embeddings.position_embedding.weight', [positions, width]);
    let rows = graph.op('Reshape', [graph.op('Add', [words, places]), graph.ints([-1, width])]);
    for (let layer = 0; layer < layers; layer++) rows = this.#layer(rows, `encoder.layers.${layer}`);
    return this.#norm(rows, 'final_layer_norm');
  }

  #layer(rows: Value, name: string): Value {
    const { width, mlpWidth } = this.#config;
    const graph = this.#graph;
    const attention = this.#attention(this.#norm(rows, `${name}.layer_norm1`), `${name}.self_attn`);
    const middle = graph.op('Add', [rows, attention]);
    const normal = this.#norm(middle, `${name}.layer_norm2`);
    const inner = this.#linear(normal, { name: `${name}.mlp.fc1`, from: width, to: mlpWidth });
    const active = graph.op('com.microsoft:QuickGelu', [inner], { alpha: 1.702 });
    return graph.op('Add', [middle, this.#linear(active, { name: `${name}.mlp.fc2`, from: mlpWidth, to: width })]);
  }

  /** Every token attends to itself and those before it. */
  #attention(rows: Value, name: string): Value {
    const { positions, width, heads } = this.#config;
    const graph = this.#graph;
    const square = (x: Value, layer: string) => this.#linear(x, { name: `${name}.${layer}`, from: width, to: width });
    const project = (layer: string) => graph.op('Reshape', [square(rows, layer), graph.ints([-1, positions, width])]);
    const inputs = [project('q_proj'), project('k_proj'), project('v_proj')];
    const result = graph.op('com.microsoft:MultiHeadAttention', inputs, {
      num_heads: BigInt(heads),
      unidirectional: 1n,
    });
    return square(graph.op('Reshape', [result, graph.ints([-1, width])]), 'out_proj');
  }

  #norm(rows: Value, name: string): Value {
    const { width, normEpsilon } = this.#config;
    const inputs = [rows, this.#weight(`${name}.weight`, [width]), this.#weight(`${name}.bias`, [width])];
    return this.#graph.op('LayerNormalization', inputs, { axis: -1n, epsilon: normEpsilon });
  }

  #linear(
    rows: Value,
    { name, from, to }: { readonly name: string; readonly from: number; readonly to: number },
  ): Value {
    const inputs = [rows, this.#weight(`${name}.weight`, [to, from]), this.#weight(`${name}.bias`, [to])];
    return this.#graph.op('Gemm', inputs, { transB: 1n });
  }
}
