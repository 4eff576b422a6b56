// Runs a compiled network stage by stage, all rows to the end.

import { type BundleStage, wholeStageModel } from '@ztw/bundle';
import { type Head, headFor, initialiseHead } from '@ztw/heads';
import * as ort from 'onnxruntime-web';
import type { CompiledNetwork, Cut } from '../../src/index.ts';
import { type NamedArray, runSession } from './wasm.ts';

/** Logits of every exit, the network's own last. */
export async function runStaged(compiled: CompiledNetwork, batches: readonly NamedArray[]): Promise<Float32Array[][]> {
  const sessions: ort.InferenceSession[] = [];
  for (const stage of compiled.network.stages) {
    sessions.push(await ort.InferenceSession.create(wholeStageModel(stage, compiled.files), { logSeverityLevel: 4 }));
  }
  try {
    const results: Float32Array[][] = [];
    for (const batch of batches) results.push(await runOnce(compiled.network.stages, sessions, batch));
    return results;
  } finally {
    for (const session of sessions) await session.release();
  }
}

async function runOnce(
  stages: readonly BundleStage[],
  sessions: readonly ort.InferenceSession[],
  input: NamedArray,
): Promise<Float32Array[]> {
  let features: readonly NamedArray[] = [input];
  const logits: NamedArray[] = [];
  for (const [index, stage] of stages.entries()) {
    const feeds: Record<string, NamedArray> = {};
    for (const [position, { name }] of stage.inputs.entries()) feeds[name] = features[position]!;
    if (stage.previousLogits !== null) feeds[stage.previousLogits] = logits.at(-1)!;
    const outputs = await runSession(sessions[index]!, feeds);
    logits.push(outputs[stage.logits]!);
    features = stage.outputs.map(({ name }) => outputs[name]!);
  }
  return logits.map(({ data }) => data as Float32Array);
}

/** Standard-normal-like rows from a fixed seed. */
export function randomRows(rows: number, rowShape: readonly number[], seed = 1): NamedArray {
  const size = rowShape.reduce((product, dim) => product * dim, rows);
  let state = seed >>> 0;
  const next = (): number => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
  const data = Float32Array.from({ length: size }, () => next() + next() + next() + next() - 2);
  return { dims: [rows, ...rowShape], data };
}

export function largestDifference(left: ArrayLike<number>, right: ArrayLike<number>): number {
  if (left.length !== right.length) return Number.POSITIVE_INFINITY;
  let largest = 0;
  for (let index = 0; index < left.length; index++) {
    const difference = Math.abs(left[index]! - right[index]!);
    if (!(difference <= largest)) largest = difference;
  }
  return largest;
}

/** Heads with initial values for every cut, the first without cascade. */
export function initialHeads(cuts: readonly Cut[], classes: number): readonly Head[] {
  return cuts.map(({ tensors }, index) => {
    const inputShape = tensors[0]!.rowShape;
    return initialiseHead(headFor(inputShape, { family: 'auto', classes, cascade: index > 0 }), index + 1);
  });
}
