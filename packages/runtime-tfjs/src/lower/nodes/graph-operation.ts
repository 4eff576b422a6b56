import { UnsupportedModelError } from '@ztw/core';
import type { Parameter } from '@ztw/core/runtime';
import type { NodeWriter } from '../node-writer.ts';
import type { NodeAttributes } from './node-attributes.ts';

/** What a node reads: a result that depends on the network's input, or values that are stored. */
export type Operand =
  | {
      readonly kind: 'data';
      /** In the program. */
      readonly name: string;
      readonly rowShape: readonly number[];
    }
  | { readonly kind: 'constant'; readonly value: Parameter };

/** One node, as its lowering sees it. */
export interface GraphOperation {
  readonly name: string;
  readonly op: string;
  readonly attributes: NodeAttributes;
  /** Row shape of its result. */
  readonly outputShape: readonly number[];
  /** Number of what it reads. */
  readonly inputCount: number;
  /** What it reads, by position. The shape that a Reshape reads must not be asked for: it may be computed by nodes that no program has. */
  operand(position: number): Operand;
}

/** Writes a node. @returns the name of its result. */
export type OperationLowering = (operation: GraphOperation, writer: NodeWriter) => string;

/** @throws UnsupportedModelError always, naming the node. */
export function refuseOperation({ name, op }: GraphOperation, reason: string): never {
  throw new UnsupportedModelError(`node "${name}" (${op}): ${reason}`);
}

/** An operand that must depend on the network's input. */
export function dataOf(operation: GraphOperation, position = 0): Operand & { readonly kind: 'data' } {
  const operand = operation.operand(position);
  return operand.kind === 'data' ? operand : refuseOperation(operation, `its input ${position} is a constant.`);
}

/** An operand that must be stored. */
export function constantOf(operation: GraphOperation, position: number): Parameter {
  const operand = operation.operand(position);
  return operand.kind === 'constant'
    ? operand.value
    : refuseOperation(operation, `its input ${position} is computed; only stored values are supported there.`);
}

/** Stored whole numbers, such as axes; negative ones are counted from the end of `rank` axes. */
export function axesOf(operation: GraphOperation, position: number, rank: number): readonly number[] {
  return Array.from(constantOf(operation, position).data, (axis) => (axis < 0 ? axis + rank : axis));
}

/** Name of an operand, which is stored where it is none yet. Leading axes of length 1 say nothing there. */
export function nameOf(operation: GraphOperation, position: number, writer: NodeWriter, part: string): string {
  const operand = operation.operand(position);
  if (operand.kind === 'data') return operand.name;
  const { shape, data } = operand.value;
  const leading = shape.findIndex((length) => length !== 1);
  return writer.store(part, leading < 0 ? [] : shape.slice(leading), data);
}
