import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { GraphBuilder } from './graph.ts';

const row = (...values: readonly number[]) => new Tensor('float32', Float32Array.from(values), [1, values.length]);

test('a graph with a branch runs the branch that the input asks for', async () => {
  const graph = new GraphBuilder('test');
  const x = graph.input('x', 'float32', ['rows', 2]);
  const total = graph.op('ReduceSum', [x, graph.ints([0, 1])], { keepdims: 0n });
  const positive = graph.branch('positive');
  positive.output(positive.unique('result'), positive.op('Mul', [x, positive.floats([2], [])]), 'float32', ['a', 2]);
  const negative = graph.branch('negative');
  negative.output(negative.unique('result'), negative.op('Neg', [x]), 'float32', ['b', 2]);
  const isPositive = graph.op('Greater', [total, graph.floats([0], [])]);
  const chosen = graph.op('If', [isPositive], { then_branch: positive, else_branch: negative });
  graph.output('y', chosen, 'float32', ['rows', 2]);
  const session = await InferenceSession.create(graph.encode());
  assert.deepEqual([...((await session.run({ x: row(1, 2) }))['y']?.data ?? [])], [2, 4]);
  assert.deepEqual([...((await session.run({ x: row(-1, -2) }))['y']?.data ?? [])], [1, 2]);
  await session.release();
});

test('inputs, values given twice and results of nodes can all be outputs', async () => {
  const graph = new GraphBuilder('outputs');
  const x = graph.input('x', 'float32', [1, 'n']);
  const doubled = graph.op('Add', [x, x]);
  for (const name of ['same', 'again']) graph.output(name, x, 'float32', [1, 'n']);
  for (const name of ['doubled', 'twice']) graph.output(name, doubled, 'float32', [1, 'n']);
  graph.output('four', graph.op('Add', [doubled, doubled]), 'float32', [1, 'n']);
  const session = await InferenceSession.create(graph.encode());
  const outputs = await session.run({ x: row(3) });
  const values = Object.fromEntries(Object.entries(outputs).map(([name, { data }]) => [name, data[0]]));
  assert.deepEqual(values, { same: 3, again: 3, doubled: 6, twice: 6, four: 12 });
  await session.release();
});

test('a weight is read from the file beside the graph', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'instgenie-onnx-'));
  await writeFile(join(folder, 'weights.bin'), new Uint8Array(Float32Array.of(9, 9, 1, 10).buffer));
  const graph = new GraphBuilder('weights');
  const x = graph.input('x', 'float32', ['rows', 2]);
  const weight = graph.weight('w', { file: 'weights.bin', offset: 8, bytes: 8, type: 'float32', shape: [1, 2] });
  graph.output('y', graph.op('Gemm', [x, weight], { transB: 1n }), 'float32', ['rows', 1]);
  await writeFile(join(folder, 'graph.onnx'), graph.encode());
  const session = await InferenceSession.create(join(folder, 'graph.onnx'));
  assert.deepEqual([...((await session.run({ x: row(2, 3) }))['y']?.data ?? [])], [32]);
  await session.release();
  await rm(folder, { recursive: true });
});

test('a weight outside the folder of the graph is a bug of the caller', () => {
  const tensor = { file: '../x', offset: 0, bytes: 4, type: 'float32', shape: [1] } as const;
  assert.throws(() => new GraphBuilder('g').weight('w', tensor), /beside the graph/);
});
