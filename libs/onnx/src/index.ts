export {
  type Attributes,
  type AttributeValue,
  type Dimension,
  type ElementType,
  type ExternalTensor,
  GraphBuilder,
  type Value,
} from './graph.ts';
