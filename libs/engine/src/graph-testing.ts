import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { mappableWeights, openSafetensors, type Weights } from '@instgenie/checkpoint';
import { InferenceSession, Tensor } from 'onnxruntime-node';

const fixtures = join(import.meta.dirname, '../../diffusion/fixtures');
/** Checkpoints of which only a part lies here. */
const partial: Readonly<Record<string, string>> = { 'flux-dev': join(fixtures, 'attentive-autoencoder') };

/** The folder of a tiny checkpoint. */
export function tinyCheckpoint(name: string): string {
  return join(partial[name] ?? fixtures, 'checkpoints', name);
}

/** The tensors of a golden file by name. For tests. */
export async function golden(name: string, file: string): Promise<(tensor: string) => Tensor> {
  const { path, tensors } = await openSafetensors(
    join(partial[name] ?? fixtures, 'golden', name, `${file}.safetensors`),
  );
  const bytes = await readFile(path);
  return (tensor) => {
    const ref = tensors.get(tensor);
    assert(ref !== undefined, `${path}: no tensor ${tensor}`);
    const values = new Uint8Array(bytes.subarray(ref.offset, ref.offset + ref.bytes)).buffer;
    if (ref.dtype === 'F32') return new Tensor('float32', new Float32Array(values), ref.shape);
    assert.equal(ref.dtype, 'I32');
    return new Tensor('int32', new Int32Array(values), ref.shape);
  };
}

/** A graph that can be run, in a temporary folder of its own. */
export class TestGraph implements AsyncDisposable {
  readonly #folder: string;
  readonly #session: InferenceSession;

  private constructor(folder: string, session: InferenceSession) {
    this.#folder = folder;
    this.#session = session;
  }

  static async open(weights: Weights, build: (mapped: Weights) => Uint8Array): Promise<TestGraph> {
    const folder = await mkdtemp(join(tmpdir(), 'instgenie-graph-'));
    const path = join(folder, 'graph.onnx');
    await writeFile(path, build(await mappableWeights(weights, folder)));
    const options = { extra: { session: { intra_op: { allow_spinning: '0' } } } };
    return new TestGraph(folder, await InferenceSession.create(path, options));
  }

  /** Runs the graph on its only input. */
  async run(input: Tensor): Promise<(output: string) => Tensor> {
    const [name] = this.#session.inputNames;
    assert(name !== undefined);
    const outputs = await this.#session.run({ [name]: input });
    return (output) => {
      const result = outputs[output];
      assert(result !== undefined, `no output ${output}`);
      return result;
    };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#session.release();
    await rm(this.#folder, { recursive: true });
  }
}

/** The values of a float32 tensor. */
export function floats(tensor: Tensor): Float32Array {
  assert(tensor.data instanceof Float32Array);
  return tensor.data;
}

/** Asserts equal lengths and that no value is further off than `allowed`. */
export function assertClose(found: Tensor, wanted: Tensor, allowed: number): void {
  const [a, b] = [floats(found), floats(wanted)];
  assert.equal(a.length, b.length);
  const worst = a.reduce((worst, value, index) => Math.max(worst, Math.abs(value - (b[index] ?? Number.NaN))), 0);
  assert(worst <= allowed, `off by ${worst}, allowed is ${allowed}`);
}
