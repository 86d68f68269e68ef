import type { StorageType } from '@instgenie/domain';
import { type ElementType, GraphBuilder, type Value } from '@instgenie/onnx';

/** The lengths of rows that are stored: the scales of int8 are for each row and head. */
export interface StoredShape {
  readonly storage: StorageType;
  readonly width: number;
  readonly heads: number;
}

const elementTypes = { fp32: 'float32', fp16: 'float16', int8: 'int8' } as const satisfies Record<
  StorageType,
  ElementType
>;
/** ONNX's numbers of element types, for Cast. */
const float32 = 1n;
const int8 = 3n;
const float16 = 10n;
const float16Max = 65_504;
/** A row of zeros has this scale for a largest value: any would do but zero. */
const smallest = 1e-30;

/** Rows as they are stored: the input `name`, and for int8 the input `nameOfScales(name)`. */
export interface StoredRows {
  readonly data: Value;
  readonly scales: Value | undefined;
}

export function nameOfScales(name: string): string {
  return `${name}_scales`;
}

/** Declares stored rows [rows, width] as inputs; the scales of int8 are float32 [rows x heads]. */
export function storedInput(graph: GraphBuilder, name: string, { storage, width }: StoredShape): StoredRows {
  return {
    data: graph.input(name, elementTypes[storage], [`${name}_rows`, width]),
    scales: storage === 'int8' ? graph.input(nameOfScales(name), 'float32', [`${name}_scales`]) : undefined,
  };
}

/** Stored rows as float32. */
export function widened(graph: GraphBuilder, { data, scales }: StoredRows, { storage, width, heads }: StoredShape) {
  if (storage === 'fp32') return data;
  if (scales === undefined) return graph.op('Cast', [data], { to: float32 });
  const byHead = graph.op('Reshape', [data, graph.ints([-1, width / heads])]);
  const wide = graph.op('DequantizeLinear', [byHead, scales], { axis: 0n });
  return graph.op('Reshape', [wide, graph.ints([-1, width])]);
}

/** Builds the graph that brings `rows` float32 [rows, width] into the form they are stored in: `data`, and `scales`. */
export function narrowGraph(shape: StoredShape): Uint8Array {
  const { storage, width, heads } = shape;
  const graph = new GraphBuilder('narrow');
  const rows = graph.input('rows', 'float32', ['rows', width]);
  if (storage === 'int8') {
    const byHead = graph.op('Reshape', [rows, graph.ints([-1, width / heads])]);
    const largest = graph.op('ReduceMax', [graph.op('Abs', [byHead]), graph.ints([1])], { keepdims: 1n });
    const scale = graph.op('Div', [graph.op('Max', [largest, graph.floats([smallest])]), graph.floats([127])]);
    const rounded = graph.op('Round', [graph.op('Div', [byHead, scale])]);
    const data = graph.op('Reshape', [graph.op('Cast', [rounded], { to: int8 }), graph.ints([-1, width])]);
    graph.output('data', data, 'int8', ['rows', width]);
    graph.output('scales', graph.op('Reshape', [scale, graph.ints([-1])]), 'float32', ['scales']);
  } else {
    const inside = graph.op('Clip', [rows, graph.floats([-float16Max], []), graph.floats([float16Max], [])]);
    graph.output('data', graph.op('Cast', [inside], { to: float16 }), 'float16', ['rows', width]);
  }
  return graph.encode();
}

/** Builds the graph that brings stored rows, `data` and `scales`, back to float32: `rows` [rows, width]. */
export function widenGraph(shape: StoredShape): Uint8Array {
  const graph = new GraphBuilder('widen');
  graph.output('rows', widened(graph, storedInput(graph, 'data', shape), shape), 'float32', ['rows', shape.width]);
  return graph.encode();
}
