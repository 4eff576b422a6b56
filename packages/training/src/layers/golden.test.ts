import type { MathKernels } from '@ztw/core/runtime';
import type { LayerKinds } from '@ztw/heads';
import { beforeAll, describe, expect, test } from 'vitest';
import {
  type GoldenGradients,
  goldenCascades,
  goldenHeads,
  goldenPools,
} from '../../../heads/src/__fixtures__/golden.ts';
import { backends } from '../../../runtime-tfjs/src/__fixtures__/backends.ts';
import { expectClose } from '../../../runtime-tfjs/src/__fixtures__/expect-close.ts';
import { wholeHead } from '../__fixtures__/head-gradients.ts';
import { kernelsOn } from '../__fixtures__/kernels-on.ts';
import { batchLoss } from '../loss/batch-loss.ts';
import { adamStep, initialAdamState } from '../optimiser/adam.ts';
import { activationOf } from './activation.ts';
import { createHeadProgram } from './head-program.ts';
import { bindLayers } from './layer-runners.ts';
import { createParameterBlock, type ParameterBlock } from './parameter-block.ts';

/** Float32 sums of the original code in another order than ours: a few units in the sixth digit. */
const tolerance = { rtol: 1e-4, atol: 1e-5 };
const plainLoss = { labelSmoothing: 0, distillation: null };

function expectGradients(block: ParameterBlock, expected: GoldenGradients): void {
  for (const [name, gradient] of Object.entries(expected)) {
    if (gradient !== null) {
      expectClose(block.slot(name, gradient.length).gradient, gradient, tolerance, `gradient of ${name}`);
    }
  }
}

describe.each(backends)('stored examples of the original code on the %s backend', (backend) => {
  let kernels: MathKernels;

  beforeAll(async () => {
    kernels = await kernelsOn(backend);
  });

  test.for(goldenHeads().map((golden) => [golden.name, golden] as const))('%s', ([, golden]) => {
    const { specification, parameters } = golden.head;
    const block = createParameterBlock(parameters);
    const program = createHeadProgram(specification, block, kernels);
    const input = activationOf(golden.input, golden.rows, specification.inputShape);
    const logits = program.forward(input, golden.previousLogits);
    expectClose(logits, golden.expected, tolerance, 'logits');

    const gradient = new Float32Array(logits.length);
    const targets = { labels: golden.labels, teacherLogits: null };
    const { loss } = batchLoss(logits, specification.classes, targets, plainLoss, gradient);
    expect(loss).toBeCloseTo(golden.loss, 4);
    program.backward(gradient);
    expectGradients(block, golden.gradients);

    // Training stops at the first layer that learns; here all layers run backwards.
    block.gradients.fill(NaN);
    const whole = wholeHead(specification, block, kernels);
    whole.forward(input, golden.previousLogits);
    const gradients = whole.backward(gradient);
    expectGradients(block, golden.gradients);
    expectClose(gradients.input, golden.gradInput, tolerance, 'gradient of the input');
    if (golden.gradPreviousLogits !== null) {
      expectClose(gradients.previousLogits, golden.gradPreviousLogits, tolerance, 'gradient of the previous logits');
    }
  });

  test.for(goldenPools().map((golden) => [golden.name, golden] as const))('%s', ([, golden]) => {
    const parameters = createParameterBlock({ 'pool.alpha': { shape: [1], data: Float32Array.of(golden.alpha) } });
    const pool: LayerKinds['mixed-pool'] = { kind: 'mixed-pool', name: 'pool', outputSize: golden.outputSize };
    const [bound] = bindLayers([pool], golden.inputShape, parameters, kernels);
    const { runner } = bound!;
    const output = runner.forward(activationOf(golden.input, golden.rows, golden.inputShape), null);
    expectClose(output, golden.output, tolerance, 'output');
    expectClose(runner.backward(golden.gradOutput, true), golden.gradInput, tolerance, 'gradient of the input');
    expectClose(parameters.gradients, [golden.gradAlpha], tolerance, 'gradient of alpha');
  });

  test.for(goldenCascades().map((golden) => [golden.name, golden] as const))('%s', ([, golden]) => {
    const ics = golden.heads.map(({ specification, parameters }) => {
      const block = createParameterBlock(parameters);
      return { specification, block, program: wholeHead(specification, block, kernels) };
    });
    /** Forwards through all ICs, then backwards through the sum of their losses. */
    const run = (): number => {
      let previousLogits: Float32Array | null = null;
      const steps = ics.map(({ specification, program }, index) => {
        const input = activationOf(golden.features[index]!, golden.rows, specification.inputShape);
        const logits = program.forward(input, previousLogits);
        previousLogits = logits;
        const gradient = new Float32Array(logits.length);
        const targets = { labels: golden.labels, teacherLogits: null };
        const { loss } = batchLoss(logits, specification.classes, targets, plainLoss, gradient);
        return { logits, gradient, loss, program };
      });
      let fromLater: Float32Array | null = null;
      for (const { program, gradient } of [...steps].reverse()) {
        const passedOn: Float32Array | null = fromLater;
        const whole: Float32Array =
          passedOn === null ? gradient : gradient.map((value, index) => value + passedOn[index]!);
        const { previousLogits: byPrevious } = program.backward(whole);
        fromLater = golden.detach ? null : byPrevious;
      }
      return steps.reduce((sum, { loss }) => sum + loss, 0);
    };

    const firstLoss = run();
    expect(firstLoss).toBeCloseTo(
      golden.losses.reduce((sum, loss) => sum + loss, 0),
      4,
    );
    ics.forEach(({ block }, index) => {
      expectGradients(block, golden.gradientsOfSum[index]!);
    });

    const states = ics.map(({ block }) => initialAdamState(block.values.length));
    const { learningRate, weightDecay } = golden.adam;
    golden.adam.losses.forEach((expectedLoss) => {
      expectClose([run()], [expectedLoss], tolerance, 'loss before the step');
      ics.forEach(({ block }, index) => {
        states[index] = adamStep(block.values, block.gradients, states[index]!, {
          learningRate,
          weightDecay,
          weightDecayKind: 'coupled',
        });
      });
    });
    ics.forEach(({ block }, index) => {
      for (const [name, values] of Object.entries(golden.adam.parameters[index]!)) {
        expectClose(block.slot(name, values.length).value, values, tolerance, `IC ${index} ${name} after five steps`);
      }
    });
  });
});
