// The reference runtime: a reference network as a staged model. It is slow and readable, and other runtimes are
// compared with it.

import type { InputTensor } from '../contract/input.ts';
import { InvalidModelError } from '../errors/errors.ts';
import { denseInputs } from '../input/input-types.ts';
import type { RuntimeModel } from '../runtime/staged-model-adapter.ts';
import { type HostStage, hostModel } from './host-model.ts';
import type { ReferenceHead, ReferenceNetwork, ReferenceSegment } from './reference-network.ts';

/**
 * Makes a network run stage by stage in plain TypeScript.
 * @throws InvalidModelError if the number of heads does not fit the number of segments.
 */
export function referenceModel(network: ReferenceNetwork): RuntimeModel {
  const { name, classes, labels, inputShape, segments, heads } = network;
  if (heads.length !== segments.length - 1) {
    throw new InvalidModelError(
      `Expected a head after each of ${segments.length} segments but the last in '${name}'; received ${heads.length}.`,
      { expected: segments.length - 1, received: heads.length, path: name },
    );
  }
  return hostModel({
    name,
    classes,
    labels,
    inputs: denseInputs(inputShape),
    backboneMacs: segments.reduce((sum, segment) => sum + segment.macs, 0),
    stages: segments.map((segment, position) => {
      const head = heads[position];
      return head === undefined ? finalStage(segment) : innerStage(segment, head);
    }),
  });
}

function innerStage(segment: ReferenceSegment, head: ReferenceHead): HostStage {
  return {
    description: {
      name: segment.name,
      network: 0,
      isFinal: false,
      usesPreviousLogits: head.usesPreviousLogits,
      segmentMacs: segment.macs,
      headMacs: head.macs,
    },
    run([input], rows, previousLogits) {
      const features = segment.run(valuesOf(input), rows);
      return {
        tensors: [{ data: features, rowShape: [features.length / rows] }],
        logits: head.run(features, rows, previousLogits),
      };
    },
  };
}

function finalStage(segment: ReferenceSegment): HostStage {
  return {
    description: {
      name: segment.name,
      network: 0,
      isFinal: true,
      usesPreviousLogits: false,
      segmentMacs: segment.macs,
      headMacs: 0,
    },
    run: ([input], rows) => ({ tensors: null, logits: segment.run(valuesOf(input), rows) }),
  };
}

/** A reference network has one dense input, and one tensor at each cut. */
function valuesOf(tensor: InputTensor | undefined): Float32Array {
  return tensor?.data as Float32Array;
}
