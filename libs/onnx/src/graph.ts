import assert from 'node:assert/strict';
import onnxProto from 'onnx-proto';

const { onnx } = onnxProto;
type Attribute = onnxProto.onnx.IAttributeProto;
type Initializer = onnxProto.onnx.ITensorProto;
type Node = onnxProto.onnx.INodeProto;
type ValueInfo = onnxProto.onnx.IValueInfoProto;

/** Operator sets every graph of ours imports: ONNX 23 and ONNX Runtime's own operators. */
const operatorSets = [
  { domain: '', version: 23 },
  { domain: 'com.microsoft', version: 1 },
];
const irVersion = 11;

export type ElementType = 'float32' | 'float16' | 'int8' | 'int32' | 'int64' | 'bool';

const elementTypes = { float32: 1, int8: 3, int32: 6, int64: 7, bool: 9, float16: 10 } as const satisfies Record<
  ElementType,
  number
>;

/** A dimension: a fixed length, or the name of one that is known when the graph runs. */
export type Dimension = number | string;

/** An edge of the graph: the result of a node, an input or a weight. */
export interface Value {
  readonly name: string;
}

/** Where the bytes of a weight lie: `offset` and `bytes` inside `file`, a plain name in the folder of the graph. */
export interface ExternalTensor {
  readonly file: string;
  readonly offset: number;
  readonly bytes: number;
  readonly type: ElementType;
  readonly shape: readonly number[];
}

export type AttributeValue = number | bigint | string | readonly bigint[] | readonly number[] | GraphBuilder;

/** An integer attribute is a bigint, a real one a number, so that nothing has to be guessed. */
export type Attributes = Readonly<Record<string, AttributeValue>>;

/** A node whose names and branches become final when the graph is encoded. */
interface PendingNode {
  readonly type: string;
  readonly name: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes: Attributes;
}

/**
 * Builds one ONNX graph, node by node, and encodes it. Weights stay where they are (external data), so that
 * ONNX Runtime maps them. Every value gets a name of its own; nodes appear in the order of the calls.
 */
export class GraphBuilder {
  readonly #name: string;
  readonly #parent: GraphBuilder | undefined;
  readonly #nodes: PendingNode[] = [];
  readonly #inputs: ValueInfo[] = [];
  readonly #outputs: ValueInfo[] = [];
  readonly #initializers: Initializer[] = [];
  readonly #constants = new Map<string, Value>();
  readonly #results = new Set<string>();
  readonly #renamed = new Map<string, string>();
  #count = 0;

  constructor(name: string, parent?: GraphBuilder) {
    this.#name = name;
    this.#parent = parent;
  }

  /** A graph for a branch of `If`: it may read this graph's values and takes no inputs of its own. */
  branch(name: string): GraphBuilder {
    return new GraphBuilder(`${this.#name}/${name}${this.#count++}`, this);
  }

  /** A name that no other value of the whole graph has: results of branches need one. */
  unique(name: string): string {
    return `${this.#name}/${name}_${this.#count++}`;
  }

  input(name: string, type: ElementType, shape: readonly Dimension[]): Value {
    this.#inputs.push(valueInfo(name, type, shape));
    return { name };
  }

  /**
   * Declares `value` as the output `name`. The result of a node of this graph is renamed, which costs nothing when
   * the graph runs; anything else (an input, a value of the parent, a second output) is copied.
   */
  output(name: string, value: Value, type: ElementType, shape: readonly Dimension[]): void {
    if (this.#results.has(value.name) && !this.#renamed.has(value.name)) this.#renamed.set(value.name, name);
    else
      this.#nodes.push({
        type: 'Identity',
        name: `${this.#name}/${name}`,
        inputs: [value.name],
        outputs: [name],
        attributes: {},
      });
    this.#outputs.push(valueInfo(name, type, shape));
  }

  /** A weight whose bytes stay in the checkpoint's file. */
  weight(name: string, tensor: ExternalTensor): Value {
    assert(!tensor.file.includes('/'), `weight ${name}: ${tensor.file} must lie beside the graph`);
    this.#initializers.push({
      name,
      dataType: elementTypes[tensor.type],
      dims: [...tensor.shape],
      dataLocation: onnx.TensorProto.DataLocation.EXTERNAL,
      externalData: [
        { key: 'location', value: tensor.file },
        { key: 'offset', value: String(tensor.offset) },
        { key: 'length', value: String(tensor.bytes) },
      ],
    });
    return { name };
  }

  /** A small tensor kept in the graph itself; equal ones are stored once. A scalar has the shape []. */
  floats(values: readonly number[] | Float32Array, shape: readonly number[] = [values.length]): Value {
    return this.#constant('float32', shape, new Uint8Array(Float32Array.from(values).buffer));
  }

  ints(values: readonly number[], shape: readonly number[] = [values.length]): Value {
    return this.#constant('int64', shape, new Uint8Array(BigInt64Array.from(values, BigInt).buffer));
  }

  /** A node with one result. `type` is the operator, `domain:operator` where it is not ONNX's own. */
  op(type: string, inputs: readonly (Value | undefined)[], attributes: Attributes = {}): Value {
    const [result] = this.ops(type, inputs, 1, attributes);
    assert(result !== undefined);
    return result;
  }

  /** A node with `count` results. An undefined input is an optional one left out. */
  ops(
    type: string,
    inputs: readonly (Value | undefined)[],
    count: number,
    attributes: Attributes = {},
  ): readonly Value[] {
    const name = `${this.#name}/${type}_${this.#count++}`;
    const output = Array.from({ length: count }, (_, index) => `${name}:${index}`);
    this.#nodes.push({ type, name, inputs: inputs.map((value) => value?.name ?? ''), outputs: output, attributes });
    for (const outputName of output) this.#results.add(outputName);
    return output.map((outputName) => ({ name: outputName }));
  }

  /** The encoded ModelProto. */
  encode(): Uint8Array {
    assert(this.#parent === undefined, 'only a whole graph can be encoded');
    const model = onnx.ModelProto.create({
      irVersion,
      producerName: 'instgenie',
      opsetImport: operatorSets,
      graph: this.proto(),
    });
    return onnx.ModelProto.encode(model).finish();
  }

  /** The GraphProto, for attributes that hold a graph. */
  proto(): onnxProto.onnx.IGraphProto {
    return {
      name: this.#name,
      node: this.#nodes.map((node) => this.#nodeProto(node)),
      input: this.#inputs,
      output: this.#outputs,
      initializer: this.#initializers,
    };
  }

  #nodeProto({ type, name, inputs, outputs, attributes }: PendingNode): Node {
    const [opType, domain = ''] = type.split(':').toReversed();
    assert(opType !== undefined);
    const final = (value: string): string => this.#finalName(value);
    const attribute = Object.entries(attributes).map(([key, value]) => attributeProto(key, value));
    return { opType, domain, name, input: inputs.map(final), output: outputs.map(final), attribute };
  }

  #finalName(name: string): string {
    const own = this.#renamed.get(name);
    if (own !== undefined) return own;
    return this.#parent === undefined ? name : this.#parent.#finalName(name);
  }

  #constant(type: ElementType, shape: readonly number[], rawData: Uint8Array): Value {
    const key = `${type}[${shape.join()}]${Buffer.from(rawData).toString('base64')}`;
    const known = this.#constants.get(key);
    if (known !== undefined) return known;
    const value = { name: `${this.#name}/constant_${this.#constants.size}` };
    this.#initializers.push({ name: value.name, dataType: elementTypes[type], dims: [...shape], rawData });
    this.#constants.set(key, value);
    return value;
  }
}

function valueInfo(name: string, type: ElementType, shape: readonly Dimension[]): ValueInfo {
  const dim = shape.map((length) => (typeof length === 'number' ? { dimValue: length } : { dimParam: length }));
  return { name, type: { tensorType: { elemType: elementTypes[type], shape: { dim } } } };
}

function attributeProto(name: string, value: AttributeValue): Attribute {
  const { AttributeType } = onnx.AttributeProto;
  if (typeof value === 'bigint') return { name, type: AttributeType.INT, i: Number(value) };
  if (typeof value === 'number') return { name, type: AttributeType.FLOAT, f: value };
  if (typeof value === 'string') return { name, type: AttributeType.STRING, s: Buffer.from(value) };
  if (value instanceof GraphBuilder) return { name, type: AttributeType.GRAPH, g: value.proto() };
  if (value.every((item) => typeof item === 'bigint'))
    return { name, type: AttributeType.INTS, ints: value.map(Number) };
  return { name, type: AttributeType.FLOATS, floats: value.map(Number) };
}
