import { InvalidModelError } from '@ztw/core';
import { rowSize } from '@ztw/core/runtime';
import {
  convHead,
  executeHead,
  type HeadParameters,
  type HeadSpecification,
  initialiseHead,
  poolConvHead,
  seededRandom,
  splitPrefix,
  swinHead,
  tokenHead,
} from '@ztw/heads';
import { describe, expect, test } from 'vitest';
import { expectClose } from '../../../runtime-tfjs/src/__fixtures__/expect-close.ts';
import { wholeHead } from '../__fixtures__/head-gradients.ts';
import { kernelsOn } from '../__fixtures__/kernels-on.ts';
import { activationOf } from './activation.ts';
import { createHeadProgram } from './head-program.ts';
import { createParameterBlock } from './parameter-block.ts';

const rows = 3;
const classes = 4;
const options = { classes, cascade: true } as const;

/**
 * What the stored examples lack: a mean over tokens, a layer norm of its own, padded convolutions in a row, cached
 * pools.
 */
const heads: readonly [string, HeadSpecification][] = [
  ['mean of tokens', tokenHead({ ...options, inputShape: [5, 6], layers: 2, hiddenSize: 7, token: 'mean' })],
  [
    'layer norm per token',
    {
      specificationVersion: 'v1',
      family: 'test',
      inputShape: [5, 6],
      classes,
      layers: [
        { kind: 'layer-norm', name: 'norm', size: 6, epsilon: 1e-5 },
        { kind: 'gelu' },
        { kind: 'flatten' },
        { kind: 'cascade', name: 'cascade', classes, layerNorm: false, epsilon: 1e-5 },
        { kind: 'dense', name: 'last', inFeatures: 30 + classes, outFeatures: classes },
      ],
    },
  ],
  ['three padded convolutions', convHead({ ...options, inputShape: [4, 9, 7], layers: 3, poolSize: 3 })],
  [
    'the trained part of pool-conv',
    splitPrefix(poolConvHead({ ...options, inputShape: [4, 13, 11], poolSize: 2 })).trained,
  ],
  ['swin', swinHead({ ...options, inputShape: [3, 3, 6], layers: 2, hiddenSize: 5 })],
  [
    'a bottleneck',
    poolConvHead({ ...options, inputShape: [4, 13, 11], poolSize: 1, channelDivisor: 2, bottleneck: 3 }),
  ],
];

describe.each(heads)('%s', (_, specification) => {
  const random = seededRandom(21);
  const draw = (length: number): Float32Array => Float32Array.from({ length }, () => random() * 2 - 1);
  const initial = initialiseHead(specification, 3).parameters;
  // Norms begin as the identity, which hides mistakes in their gradients.
  const parameters: HeadParameters = Object.fromEntries(
    Object.entries(initial).map(([name, { shape, data }]) => [
      name,
      { shape, data: data.map((x) => x + random() - 0.5) },
    ]),
  );
  const input = draw(rows * rowSize(specification.inputShape));
  const previousLogits = draw(rows * classes);
  const direction = draw(rows * classes);

  /** `sum(logits * direction)`, by the reference. */
  const objective = (values: HeadParameters, features: Float32Array, previous: Float32Array): number =>
    executeHead({ specification, parameters: values }, features, rows, previous).reduce(
      (sum, logit, index) => sum + logit * direction[index]!,
      0,
    );
  /** How fast the objective changes along `along`. */
  const slope = (change: (step: number) => number): number => (change(1 / 4096) - change(-1 / 4096)) * 2048;
  const moved = (values: Float32Array, along: Float32Array, step: number): Float32Array =>
    values.map((value, index) => value + step * along[index]!);
  const product = (a: Float32Array, b: Float32Array): number =>
    a.reduce((sum, value, index) => sum + value * b[index]!, 0);

  test('runs like the reference, and its gradients are the slopes of it', async () => {
    const block = createParameterBlock(parameters);
    const kernels = await kernelsOn('wasm');
    const program = createHeadProgram(specification, block, kernels);
    const logits = program.forward(activationOf(input, rows, specification.inputShape), previousLogits).slice();
    const expected = executeHead({ specification, parameters }, input, rows, previousLogits);
    expectClose(logits, expected, { rtol: 1e-4, atol: 1e-5 });

    const whole = wholeHead(specification, block, kernels);
    whole.forward(activationOf(input, rows, specification.inputShape), previousLogits);
    const gradients = whole.backward(direction);
    const ofAllLayers = block.gradients.slice();
    block.gradients.fill(NaN);
    program.backward(direction);
    // Training stops at the first layer that learns, and learns the same.
    expect(block.gradients).toEqual(ofAllLayers);
    // Float32 logits are off by 1e-6, over a distance of 1/2048; a kink of relu or max that lies in it adds to that.
    const close = (actual: number, wanted: number, what: string) =>
      expectClose([actual], [wanted], { rtol: 0.01, atol: 0.01 }, what);
    const alongInput = draw(input.length);
    close(
      product(gradients.input, alongInput),
      slope((step) => objective(parameters, moved(input, alongInput, step), previousLogits)),
      'input',
    );
    const alongPrevious = draw(previousLogits.length);
    close(
      product(gradients.previousLogits!, alongPrevious),
      slope((step) => objective(parameters, input, moved(previousLogits, alongPrevious, step))),
      'previous logits',
    );
    for (const [name, parameter] of Object.entries(parameters)) {
      const along = draw(parameter.data.length);
      const change = (step: number): HeadParameters => ({
        ...parameters,
        [name]: { ...parameter, data: moved(parameter.data, along, step) },
      });
      close(
        product(block.slot(name, parameter.data.length).gradient, along),
        slope((step) => objective(change(step), input, previousLogits)),
        name,
      );
    }
  });
});

describe('createHeadProgram', () => {
  test('wants the parameters of its own layers', async () => {
    const [, specification] = heads[0]!;
    const block = createParameterBlock(initialiseHead(heads[4]![1], 1).parameters);
    const kernels = await kernelsOn('wasm');
    expect(() => createHeadProgram(specification, block, kernels)).toThrow(InvalidModelError);
    expect(() => createHeadProgram(specification, block, kernels)).toThrow(
      /Expected a parameter "hidden0\.weight" with 42/,
    );
  });

  test('wants the previous logits where there is a cascade', async () => {
    const [, specification] = heads[0]!;
    const block = createParameterBlock(initialiseHead(specification, 1).parameters);
    const program = createHeadProgram(specification, block, await kernelsOn('wasm'));
    expect(program.usesPreviousLogits).toBe(true);
    const input = activationOf(new Float32Array(rows * 30), rows, [5, 6]);
    expect(() => program.forward(input, null)).toThrow(
      /Expected the previous IC's logits, 3 rows of 4, .*; received none/,
    );
  });

  test('takes batches of any size, one after the other', async () => {
    const head = initialiseHead(heads[2]![1], 5);
    const program = createHeadProgram(
      head.specification,
      createParameterBlock(head.parameters),
      await kernelsOn('wasm'),
    );
    const random = seededRandom(4);
    for (const count of [3, 1, 7, 2]) {
      const features = Float32Array.from({ length: count * 252 }, random);
      const previous = Float32Array.from({ length: count * classes }, random);
      const logits = program.forward(activationOf(features, count, [4, 9, 7]), previous);
      expectClose(logits, executeHead(head, features, count, previous), { rtol: 1e-4, atol: 1e-5 });
    }
  });
});
