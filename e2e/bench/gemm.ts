import { GraphBuilder } from '@instgenie/onnx';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { median } from './rows.ts';

/** A plain ONNX Runtime matrix product, [rows, from] by [from, to]: what the chip gives without anything around it. */
export class Gemm implements AsyncDisposable {
  readonly flops: number;
  readonly #session: InferenceSession;
  readonly #x: Tensor;
  readonly #y: Tensor;

  private constructor(session: InferenceSession, { rows, from, to }: GemmShape) {
    this.flops = 2 * rows * from * to;
    this.#session = session;
    this.#x = new Tensor('float32', new Float32Array(rows * from).fill(0.5), [rows, from]);
    this.#y = new Tensor('float32', new Float32Array(rows * to), [rows, to]);
  }

  static async open(shape: GemmShape, threads: number): Promise<Gemm> {
    const graph = new GraphBuilder('gemm');
    const x = graph.input('x', 'float32', ['rows', shape.from]);
    const weight = graph.floats(new Float32Array(shape.from * shape.to).fill(0.25), [shape.to, shape.from]);
    graph.output('y', graph.op('Gemm', [x, weight], { transB: 1n }), 'float32', ['rows', shape.to]);
    const session = await InferenceSession.create(graph.encode(), {
      intraOpNumThreads: threads,
      extra: { session: { intra_op: { allow_spinning: '1' }, force_spinning_stop: '1' } },
    });
    return new Gemm(session, shape);
  }

  /** Milliseconds of one product: the median of several in a row. */
  async run(times = 15): Promise<number> {
    const each: number[] = [];
    for (let time = 0; time < times; time++) {
      const began = performance.now();
      await this.#session.run({ x: this.#x }, { y: this.#y });
      each.push(performance.now() - began);
    }
    return median(each);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#session.release();
  }
}

export interface GemmShape {
  readonly rows: number;
  readonly from: number;
  readonly to: number;
}
