// A network of TensorFlow.js as a staged model: its own operations run between the cuts, and heads of this project run
// at the cuts.

import type { Tensor } from '@tensorflow/tfjs-core';
import { RuntimeFailureError } from '@ztw/core';
import { denseInputs, type RuntimeModel } from '@ztw/core/runtime';
import type { NetworkCut } from '@ztw/heads';
import { type Head, hasCascade, headMacs } from '@ztw/heads';
import type { StageRunner } from '../inference/open-program.ts';
import type { TensorflowInference } from '../inference/tensorflow-inference.ts';
import { type TfStage, tfStagedModel } from '../inference/tf-staged-model.ts';
import { checkHeads } from './check-heads.ts';
import { networkLogits } from './network-logits.ts';
import { openHead } from './open-head.ts';
import { secondHandle, toChannelsLast } from './row-layout.ts';
import type { TensorflowNetwork } from './tensorflow-network.ts';

export interface StageNetworkOptions {
  readonly tf: TensorflowInference;
  readonly network: TensorflowNetwork;
  /** In the order of the data flow. `chooseNetworkCuts` returns them. */
  readonly cuts: readonly NetworkCut[];
  /** One per cut. */
  readonly heads: readonly Head[];
  /**
   * Number of classes, if they are not the network's own. The network's classifier is then left out, and the head at
   * the last cut is the final one.
   */
  readonly newClasses?: number;
  /** One name per class. */
  readonly labels?: readonly string[] | null;
}

/**
 * Makes a staged model of a network. Input rows are channels first, as for every runtime. Disposing the staged model
 * does not dispose the model that the network was read from.
 * @throws InvalidInputError for heads that do not fit the cuts or the classes.
 */
export function stageNetwork(options: StageNetworkOptions): RuntimeModel {
  const { tf, network, cuts, heads, newClasses } = options;
  checkHeads(options);
  const stages: TfStage[] = [];
  let macsBefore = 0;
  for (const [index, cut] of cuts.entries()) {
    const head = heads[index] as Head;
    const isFinal = newClasses !== undefined && index === cuts.length - 1;
    const macs = headMacs(head.specification);
    const segmentMacs = cut.macs - macsBefore;
    macsBefore = cut.macs;
    stages.push({
      description: {
        name: cut.name,
        network: 0,
        isFinal,
        usesPreviousLogits: hasCascade(head.specification),
        segmentMacs: isFinal ? segmentMacs + macs : segmentMacs,
        headMacs: isFinal ? 0 : macs,
      },
      program: headStage(options, index, isFinal),
    });
  }
  if (newClasses === undefined) {
    stages.push({
      description: {
        name: 'final',
        network: 0,
        isFinal: true,
        usesPreviousLogits: false,
        segmentMacs: network.backboneMacs - macsBefore,
        headMacs: 0,
      },
      program: finalStage(options),
    });
  }
  const lastHead = heads.at(-1);
  return tfStagedModel({
    tf,
    name: network.name,
    classes: newClasses ?? network.classes,
    labels: options.labels ?? null,
    inputs: denseInputs(network.inputShape),
    backboneMacs:
      newClasses === undefined || lastHead === undefined
        ? network.backboneMacs
        : macsBefore + headMacs(lastHead.specification),
    stages,
  });
}

function headStage({ tf, network, cuts, heads }: StageNetworkOptions, index: number, isFinal: boolean): StageRunner {
  const cut = cuts[index] as NetworkCut;
  const { specification, parameters } = heads[index] as Head;
  const { layers, inputShape } = specification;
  const head = openHead({ tf, layers, parameters, inputShape, what: `head "${cut.name}"` });
  return {
    run(inputs, previousLogits, rows) {
      let features: Tensor;
      try {
        features = runSegment(tf, network, cuts, index, inputs);
      } catch (error) {
        previousLogits?.dispose();
        throw error;
      }
      try {
        const { logits } = head.run([secondHandle(tf, features)], previousLogits, rows);
        if (isFinal) features.dispose();
        return { outputs: isFinal ? [] : [features], logits };
      } catch (error) {
        features.dispose();
        throw error;
      }
    },
    release: () => head.release(),
  };
}

function finalStage({ tf, network, cuts }: StageNetworkOptions): StageRunner {
  return {
    run(inputs) {
      const output = runSegment(tf, network, cuts, cuts.length, inputs);
      return { outputs: [], logits: tf.keep(networkLogits(tf, network, output)) };
    },
    release() {},
  };
}

/** Runs the segment before a head. Consumes the inputs. */
function runSegment(
  tf: TensorflowInference,
  network: TensorflowNetwork,
  cuts: readonly NetworkCut[],
  index: number,
  inputs: readonly Tensor[],
): Tensor {
  const before = cuts[index - 1]?.name ?? null;
  const [input] = inputs as [Tensor];
  const place = `stage ${index} of "${network.name}"`;
  let start = input;
  try {
    if (before === null) {
      start = toChannelsLast(tf, input);
      input.dispose();
    }
    return tf.keep(network.run(before, cuts[index]?.name ?? null, start));
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new RuntimeFailureError(`TensorFlow.js failed in ${place}: ${reason}`, { cause, path: place });
  } finally {
    start.dispose();
  }
}
