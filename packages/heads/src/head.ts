// What an internal classifier's head is, as data. Everything that runs, trains, stores or emits heads asks `layers/`
// what a layer means.
// All shapes leave out the batch axis. Convolutional features are channels-first: [channels, height, width].

import type { RowShape } from '@ztw/core';
import type { Parameter } from '@ztw/core/runtime';
import type { HeadLayer } from './layers/layer-kinds.ts';

/** A head's architecture: from features of one cut to logits `[classes]`. Plain data, JSON-safe. */
export interface HeadSpecification {
  readonly specificationVersion: 'v1';
  /** Name of the family that made it, for reports: `pooled`, `conv`, `pool-conv`, `token`, `swin`. */
  readonly family: string;
  readonly inputShape: RowShape;
  readonly classes: number;
  readonly layers: readonly HeadLayer[];
}

/** Learned values by their full names, `${layer.name}.${parameter}`. */
export type HeadParameters = Readonly<Record<string, Parameter>>;

/** A head that can run: its architecture and its learned values. */
export interface Head {
  readonly specification: HeadSpecification;
  readonly parameters: HeadParameters;
}

/** What a head costs beside the network that it stands in, or may cost at most. */
export interface HeadCost {
  /** Per row. */
  readonly macs: number;
  /** Number of learned values. */
  readonly parameters: number;
}
