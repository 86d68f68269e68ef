import type { T5Config, Weights } from '@instgenie/checkpoint';
import { GraphBuilder, type Value } from '@instgenie/onnx';
import type { WeightSource } from './layers.ts';
import { relativeBuckets } from './t5-buckets.ts';
import { graphWeights } from './weights.ts';

/**
 * The T5 encoder: `ids` int32 [batch, tokens] to `sequence` [batch, tokens, width] after the final norm. There is no
 * attention mask: padding takes part, as it does in the FLUX pipelines.
 */
export function buildT5Graph(config: T5Config, weights: Weights): Uint8Array {
  const graph = new GraphBuilder('t5');
  const ids = graph.input('ids', 'int32', ['batch', 'tokens']);
  const rows = new T5Encoder(graph, config, weights).run(ids);
  const sequence = graph.op('Reshape', [rows, shapeLike(graph, ids, config.width)]);
  graph.output('sequence', sequence, 'float32', ['batch', 'tokens', config.width]);
  return graph.encode();
}

/** [batch, tokens, channels] */
function shapeLike(graph: GraphBuilder, ids: Value, channels: number): Value {
  return graph.op('Concat', [graph.op('Shape', [ids]), graph.ints([channels])], { axis: 0n });
}

/** What attention needs besides its rows. */
interface Sequence {
  /** Of queries, keys and values: [batch, tokens, heads * headDim]. */
  readonly shape: Value;
  /** Added to the scores, [1, heads, tokens, tokens]. */
  readonly bias: Value;
}

/** The layers, on rows [batch * tokens, width]. */
class T5Encoder {
  readonly #graph: GraphBuilder;
  readonly #config: T5Config;
  readonly #weight: WeightSource;
  readonly #embedding: string;

  constructor(graph: GraphBuilder, config: T5Config, weights: Weights) {
    this.#graph = graph;
    this.#config = config;
    this.#weight = graphWeights(graph, weights);
    // One tensor with two names; files hold it under one of them.
    this.#embedding = weights.has('shared.weight') ? 'shared.weight' : 'encoder.embed_tokens.weight';
  }

  run(ids: Value): Value {
    const { vocabulary, width, heads, headDim, layers } = this.#config;
    const graph = this.#graph;
    const words = graph.op('Gather', [this.#weight(this.#embedding, [vocabulary, width]), ids]);
    const sequence = { shape: shapeLike(graph, ids, heads * headDim), bias: this.#relativeBias(ids) };
    let rows = graph.op('Reshape', [words, graph.ints([-1, width])]);
    for (let layer = 0; layer < layers; layer++) {
      const name = `encoder.block.${layer}`;
      rows = graph.op('Add', [rows, this.#attention(rows, `${name}.layer.0`, sequence)]);
      rows = graph.op('Add', [rows, this.#mlp(rows, `${name}.layer.1`)]);
    }
    return this.#norm(rows, 'encoder.final_layer_norm');
  }

  /** The bias of each head for each pair of places. Layer 0 has the weights, all layers use them. */
  #relativeBias(ids: Value): Value {
    const { buckets, heads, maxDistance } = this.#config;
    const graph = this.#graph;
    const name = 'encoder.block.0.layer.0.SelfAttention.relative_attention_bias.weight';
    const ofBucket = this.#weight(name, [buckets, heads]);
    const ofDistance = graph.op('Gather', [ofBucket, graph.ints(relativeBuckets(this.#config))]);
    const tokens = graph.op('Gather', [graph.op('Shape', [ids]), graph.ints([1], [])]);
    const places = graph.op('Range', [graph.ints([0], []), tokens, graph.ints([1], [])]);
    const queries = graph.op('Unsqueeze', [places, graph.ints([1])]);
    const end = (distance: number) => graph.ints([distance], []);
    const distance = graph.op('Clip', [graph.op('Sub', [places, queries]), end(-maxDistance), end(maxDistance)]);
    const ofHead = graph.op('Transpose', [ofDistance], { perm: [1n, 0n] });
    const bias = graph.op('Gather', [ofHead, graph.op('Add', [distance, end(maxDistance)])], { axis: 1n });
    return graph.op('Unsqueeze', [bias, graph.ints([0])]);
  }

  /** The scores are not divided by sqrt(headDim). */
  #attention(rows: Value, name: string, { shape, bias }: Sequence): Value {
    const { width, heads, headDim } = this.#config;
    const inner = heads * headDim;
    const graph = this.#graph;
    const normal = this.#norm(rows, `${name}.layer_norm`);
    const project = (layer: string) =>
      graph.op('Reshape', [
        this.#linear(normal, { name: `${name}.SelfAttention.${layer}`, from: width, to: inner }),
        shape,
      ]);
    const inputs = [project('q'), project('k'), project('v'), undefined, undefined, bias];
    const result = graph.op('com.microsoft:MultiHeadAttention', inputs, { num_heads: BigInt(heads), scale: 1 });
    const flat = graph.op('Reshape', [result, graph.ints([-1, inner])]);
    return this.#linear(flat, { name: `${name}.SelfAttention.o`, from: inner, to: width });
  }

  #mlp(rows: Value, name: string): Value {
    const { width, mlpWidth } = this.#config;
    const graph = this.#graph;
    const normal = this.#norm(rows, `${name}.layer_norm`);
    const into = (layer: string) =>
      this.#linear(normal, { name: `${name}.DenseReluDense.${layer}`, from: width, to: mlpWidth });
    // GELU in its tanh form.
    const gate = graph.op('com.microsoft:FastGelu', [into('wi_0')]);
    const gated = graph.op('Mul', [gate, into('wi_1')]);
    return this.#linear(gated, { name: `${name}.DenseReluDense.wo`, from: mlpWidth, to: width });
  }

  /** Root-mean-square norm. */
  #norm(rows: Value, name: string): Value {
    const { width, normEpsilon } = this.#config;
    const inputs = [rows, this.#weight(`${name}.weight`, [width])];
    return this.#graph.op('RMSNormalization', inputs, { axis: -1n, epsilon: normEpsilon });
  }

  #linear(
    rows: Value,
    { name, from, to }: { readonly name: string; readonly from: number; readonly to: number },
  ): Value {
    return this.#graph.op('Gemm', [rows, this.#weight(`${name}.weight`, [to, from])], { transB: 1n });
  }
}
