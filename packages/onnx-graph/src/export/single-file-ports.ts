// The names and shapes that all single files share.

import type { BundleNetwork } from '@ztw/bundle';
import type { RowShape } from '@ztw/core';
import { TensorProto_DataType, type ValueInfoProto } from 'onnx-buf';
import { type Dimension, valueInfo } from '../graph/build.ts';

export const inputName = 'input';
export const thresholdName = 'threshold';
export const probabilitiesName = 'probabilities';
export const exitName = 'exit';

export const singleFileNames: readonly string[] = [inputName, thresholdName, probabilitiesName, exitName];

/** @param rows The batch axis: `rows`, or 1. */
export function inputPorts(rows: Dimension, inputShape: RowShape): readonly ValueInfoProto[] {
  const thresholdRows = rows === 1 ? 1 : 'threshold_rows';
  return [valueInfo(inputName, [rows, ...inputShape]), valueInfo(thresholdName, [thresholdRows, 'threshold_exits'])];
}

/** The two tensors of an answer as outputs of a graph or branch. */
export function answerPorts(answer: Answer, rows: Dimension, classes: number): readonly ValueInfoProto[] {
  return [valueInfo(answer.probabilities, [rows, classes]), valueInfo(answer.exit, [rows], TensorProto_DataType.INT64)];
}

/** Names of the two tensors of an answer: `[rows, classes]` and `[rows]`. */
export interface Answer {
  readonly probabilities: string;
  readonly exit: string;
}

/** The answer that the file returns. */
export const fileAnswer: Answer = { probabilities: probabilitiesName, exit: exitName };

/** Name of the graph: the networks' names in the order in which rows go through them. */
export function singleFileName(networks: readonly BundleNetwork[]): string {
  return networks.map(({ name }) => name).join(' -> ');
}
