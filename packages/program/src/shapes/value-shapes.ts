// Steps that work value by value or along the last axis.

import type { BinaryStep, ClipStep, LayerNormStep, SoftmaxStep } from '../stage-program.ts';
import { type AxisSize, formatShape, type Shape, sameAxis } from './axis-size.ts';
import { fixedLength, type StepShapes } from './step-shapes.ts';

export function binaryShape(step: BinaryStep, known: StepShapes): Shape {
  const [left, right] = [known.read(step.left), known.read(step.right)];
  const rank = Math.max(left.length, right.length);
  return Array.from({ length: rank }, (_unused, axis) => {
    const first = left[axis - rank + left.length] ?? 1;
    const second = right[axis - rank + right.length] ?? 1;
    return (
      broadcast(first, second) ??
      known.refuse('shapes that broadcast from the right', `${formatShape(left)} and ${formatShape(right)}`)
    );
  });
}

function broadcast(left: AxisSize, right: AxisSize): AxisSize | null {
  if (right === 1 || sameAxis(left, right)) return left;
  return left === 1 ? right : null;
}

/** The kernel of WebAssembly leaves its result unwritten where its limits are none. */
export function clipShape({ input, minimum, maximum }: ClipStep, known: StepShapes): Shape {
  const [lowest, highest] = [Math.fround(minimum ?? -largest), Math.fround(maximum ?? largest)];
  if (!(lowest < highest && Number.isFinite(lowest) && Number.isFinite(highest))) {
    known.refuse('a minimum below the maximum, both of float32', `${minimum} and ${maximum}`);
  }
  return known.read(input);
}

/** Of float32. */
const largest = 3.4028234663852886e38;

export function softmaxShape(step: SoftmaxStep, known: StepShapes): Shape {
  const shape = known.read(step.input);
  if (shape.length === 0) known.refuse('one axis or more', formatShape(shape));
  fixedLength(known, shape, shape.length - 1, 'values');
  return shape;
}

export function layerNormShape(step: LayerNormStep, known: StepShapes): Shape {
  const shape = known.read(step.input);
  for (const name of [step.weight, ...(step.bias === null ? [] : [step.bias])]) {
    const weight = known.weight(name);
    if (weight.length !== 1 || shape.length === 0 || weight[0] !== shape.at(-1)) {
      known.refuse(
        '`[..., size]` with a weight and a bias `[size]`',
        `${formatShape(shape)} and ${formatShape(weight)}`,
      );
    }
  }
  return shape;
}
