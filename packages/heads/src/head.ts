// The head of an internal classifier as data. Code that runs, trains, stores or emits heads takes the meaning of layers
// from `layers/`. All shapes omit the batch axis. Convolutional features are channels-first: [channels, height, width].

import type { RowShape } from '@ztw/core';
import type { Parameter } from '@ztw/core/runtime';
import type { HeadLayer } from './layers/layer-kinds.ts';

/** A head's architecture, from the features of one cut to logits `[classes]`. Plain data, JSON-safe. */
export interface HeadSpecification {
  readonly specificationVersion: 'v1';
  /** Name of the family, for reports: `pooled`, `conv`, `pool-conv`, `token`, `swin`. */
  readonly family: string;
  readonly inputShape: RowShape;
  readonly classes: number;
  readonly layers: readonly HeadLayer[];
}

/** Learned values by full name, `${layer.name}.${parameter}`. */
export type HeadParameters = Readonly<Record<string, Parameter>>;

/** A head that can run: its architecture and its learned values. */
export interface Head {
  readonly specification: HeadSpecification;
  readonly parameters: HeadParameters;
}

/** The cost of a head, or a bound on it. */
export interface HeadCost {
  /** Per row. */
  readonly macs: number;
  /** Number of learned values. */
  readonly parameters: number;
}
