// The claims outside the race. Each one is measured and printed in a sentence or two.

import type { Bundle, LoadedBundle } from '@ztw/bundle';
import { confidenceThreshold } from '@ztw/core';
import { type KeptDeadlines, keptDeadlines } from './deadline.ts';
import { exitDecisionMicroseconds } from './exit-decision.ts';
import { type BlockedLoop, longestBlock } from './longest-block.ts';
import type { Inputs } from './read-inputs.ts';
import { type StreamSpeed, streamSpeed } from './stream.ts';

export interface Decisions {
  /** Microseconds per row and exit. */
  readonly tenClasses: number;
  readonly thousandClasses: number;
}

export async function tellDecisions(): Promise<Decisions> {
  const tenClasses = await exitDecisionMicroseconds(10);
  const thousandClasses = await exitDecisionMicroseconds(1000);
  console.log(
    `Exit decision per row on the host (softmax, ensemble, policy): ${tenClasses.toFixed(2)} us with 10 classes, ` +
      `${thousandClasses.toFixed(1)} us with 1,000.`,
  );
  return { tenClasses, thousandClasses };
}

export async function tellStream(
  { model, ensemble }: LoadedBundle,
  threshold: number,
  inputs: Inputs,
  rounds: number,
): Promise<StreamSpeed> {
  const speed = await streamSpeed(model, { policy: confidenceThreshold(threshold), ensemble }, inputs, rounds);
  const quartiles = speed.ratioQuartiles.map((value) => value.toFixed(3)).join(' to ');
  console.log(
    `classifyStream, 2,000 images, node: ${speed.stream.toFixed(0)} images/s, fixed batches of 32: ` +
      `${speed.fixedBatches.toFixed(0)}; ratio ${speed.ratio.toFixed(3)} (quartiles ${quartiles}); ` +
      `order kept: ${speed.inOrder}; memory ${speed.growth.toFixed(0)} MiB.`,
  );
  return speed;
}

export async function tellDeadlines(
  bundles: Readonly<Record<string, LoadedBundle>>,
  inputs: Inputs,
): Promise<Readonly<Record<string, KeptDeadlines>>> {
  const told: Record<string, KeptDeadlines> = {};
  for (const [runtime, { model, ensemble }] of Object.entries(bundles)) {
    const measured = await keptDeadlines(model, ensemble, inputs);
    told[runtime] = measured;
    const { runs, deadline, longestStage, withProfile, withoutProfile } = measured;
    for (const [name, kept] of [
      ['with a profile', withProfile],
      ['without', withoutProfile],
    ] as const) {
      console.log(
        `anytime ${name}, ${runtime}, deadline ${deadline.toFixed(2)} ms (40 %): ${(100 * kept.beforeOneStageMore).toFixed(1)} % of ` +
          `${runs} answers before deadline + one stage (${longestStage.toFixed(2)} ms), ` +
          `${(100 * kept.beforeDeadline).toFixed(1)} % before the deadline; ${kept.answers.toFixed(2)} answers per image.`,
      );
    }
  }
  return told;
}

export async function tellBlocked(bundle: Bundle, threshold: number, inputs: Inputs): Promise<BlockedLoop> {
  const blocked = await longestBlock(bundle, inputs, threshold);
  console.log(
    `Worker, node: longest block of the caller's event loop ${blocked.longestBlock.toFixed(1)} ms while batches of 256 ran ` +
      `(${blocked.batch.toFixed(0)} ms each).`,
  );
  return blocked;
}
