import { UnsupportedModelError } from '@ztw/core';
import type { Parameter } from '@ztw/core/runtime';
import type { NodeWriter } from '../node-writer.ts';
import type { NodeAttributes } from './node-attributes.ts';

/** An input of a node: a result that depends on the network's input, or stored values. */
export type Operand =
  | {
      readonly kind: 'data';
      /** Its name in the program. */
      readonly name: string;
      readonly rowShape: readonly number[];
    }
  | { readonly kind: 'constant'; readonly value: Parameter };

/** One node, with all that its lowering needs. */
export interface GraphOperation {
  readonly name: string;
  readonly op: string;
  readonly attributes: NodeAttributes;
  /** Row shape of its result. */
  readonly outputShape: readonly number[];
  /** Number of its inputs. */
  readonly inputCount: number;
  /**
   * An input by its position. Do not ask for the shape input of a Reshape: nodes outside the program may compute it.
   */
  operand(position: number): Operand;
}

/** Writes a node. @returns the name of its result. */
export type OperationLowering = (operation: GraphOperation, writer: NodeWriter) => string;

/** @throws UnsupportedModelError always, naming the node. */
export function refuseOperation({ name, op }: GraphOperation, reason: string): never {
  throw new UnsupportedModelError(`node "${name}" (${op}): ${reason}`, { received: op, path: name });
}

/** An operand that depends on the network's input; a stored one is refused. */
export function dataOf(operation: GraphOperation, position = 0): Operand & { readonly kind: 'data' } {
  const operand = operation.operand(position);
  return operand.kind === 'data' ? operand : refuseOperation(operation, `its input ${position} is a constant.`);
}

/** An operand that is stored; a computed one is refused. */
export function constantOf(operation: GraphOperation, position: number): Parameter {
  const operand = operation.operand(position);
  return operand.kind === 'constant'
    ? operand.value
    : refuseOperation(operation, `its input ${position} is computed; only stored values are supported there.`);
}

/** Stored axes. Negative ones count from the end of `rank` axes. */
export function axesOf(operation: GraphOperation, position: number, rank: number): readonly number[] {
  return Array.from(constantOf(operation, position).data, (axis) => (axis < 0 ? axis + rank : axis));
}

/**
 * Name of an operand. A constant is stored first, without its leading axes of length 1, which do not change
 * broadcasting.
 */
export function nameOf(operation: GraphOperation, position: number, writer: NodeWriter, part: string): string {
  const operand = operation.operand(position);
  if (operand.kind === 'data') return operand.name;
  const { shape, data } = operand.value;
  const leading = shape.findIndex((length) => length !== 1);
  return writer.store(part, leading < 0 ? [] : shape.slice(leading), data);
}
