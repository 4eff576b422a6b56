import { naturalOrder, type ProgramReduction, type ReduceStep, type StepOf, sameOrder } from '@ztw/program';
import { floatAttribute, intAttribute, intsAttribute } from '../graph/build.ts';
import { channelsFirst, type PlacedValue } from './placed-value.ts';
import type { ProgramEmitter, StepEmitters } from './program-emitter.ts';

const reductionNodes: Readonly<Record<ProgramReduction, string>> = {
  mean: 'ReduceMean',
  sum: 'ReduceSum',
  maximum: 'ReduceMax',
  minimum: 'ReduceMin',
};

/** Poolings over whole maps, which tools support better than reductions. */
const globalPools: Readonly<Partial<Record<ProgramReduction, string>>> = {
  mean: 'GlobalAveragePool',
  maximum: 'GlobalMaxPool',
};

function emitReduce(emitter: ProgramEmitter, step: ReduceStep): PlacedValue {
  const value = emitter.read(step.input);
  const { shape, order } = value;
  const axes = step.axes.map((axis) => (axis + shape.length) % shape.length);
  const output = emitter.outputName(step.output);
  const kept = step.keepAxes
    ? order
    : order.filter((axis) => !axes.includes(axis)).map((axis) => axis - axes.filter((gone) => gone < axis).length);
  const result: PlacedValue = {
    name: output,
    shape: shape.flatMap((size, axis) => (axes.includes(axis) ? (step.keepAxes ? [1] : []) : [size])),
    order: kept,
  };
  const pool = globalPools[step.function];
  if (pool !== undefined && isWholeMap(value, axes)) {
    if (step.keepAxes) emitter.apply(pool, [value.name], [], output);
    else {
      const pixel = emitter.apply(pool, [value.name], [], emitter.builder.claim(`${output}/pixel`));
      emitter.apply('Flatten', [pixel], [intAttribute('axis', 1)], output);
    }
    return result;
  }
  const graphAxes = axes.map((axis) => order.indexOf(axis)).toSorted((first, second) => first - second);
  const keep = intAttribute('keepdims', step.keepAxes ? 1 : 0);
  if (step.function === 'sum') {
    const stored = emitter.builder.integers(`${output}/axes`, [graphAxes.length], graphAxes);
    emitter.apply('ReduceSum', [value.name, stored], [keep], output);
  } else {
    // Axes are an attribute of these three up to opset 17.
    emitter.apply(reductionNodes[step.function], [value.name], [intsAttribute('axes', graphAxes), keep], output);
  }
  return result;
}

function isWholeMap({ order }: PlacedValue, axes: readonly number[]): boolean {
  return sameOrder(order, channelsFirst) && axes.toSorted().join() === '1,2';
}

function emitSoftmax(emitter: ProgramEmitter, step: StepOf<'softmax'>): PlacedValue {
  const value = emitter.read(step.input);
  const axis = value.order.indexOf(value.shape.length - 1);
  const name = emitter.apply('Softmax', [value.name], [intAttribute('axis', axis)], emitter.outputName(step.output));
  return { ...value, name };
}

function emitLayerNorm(emitter: ProgramEmitter, step: StepOf<'layer-norm'>): PlacedValue {
  const { shape } = emitter.read(step.input);
  const size = shape.at(-1) as number;
  const inputs = [
    emitter.inOrder(step.input, naturalOrder(shape.length)),
    emitter.storeWeight(step.weight, [0], [size]),
  ];
  if (step.bias !== null) inputs.push(emitter.storeWeight(step.bias, [0], [size]));
  const attributes = [intAttribute('axis', -1), floatAttribute('epsilon', step.epsilon)];
  const name = emitter.apply('LayerNormalization', inputs, attributes, emitter.outputName(step.output));
  return { name, shape, order: naturalOrder(shape.length) };
}

export const reductionEmitters: StepEmitters<'reduce' | 'softmax' | 'layer-norm'> = {
  reduce: emitReduce,
  softmax: emitSoftmax,
  'layer-norm': emitLayerNorm,
};
