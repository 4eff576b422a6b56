// How pixels are normalised if the user did not say: as the network's file says, else as the network is most accurate.
// Where neither can tell, the job asks instead of guessing, because a wrong choice costs accuracy without any sign.

import type { Preprocessing } from '@ztw/bundle';
import { InvalidInputError } from '@ztw/core';
import { classAgreement, isMoreOftenRight, type MeasuredAccuracy, measuredAccuracy } from '@ztw/core/evaluation';
import { expectedPixels, type PixelRange } from '@ztw/onnx-graph';
import { type NetworkAnswers, networkAgreementDefaults, type OnnxNetwork, openWholeNetwork } from '@ztw/training/onnx';
import { isNormalisationGiven, type NormalisationOptions, otherPresets } from '../../data/index.ts';
import type { JobContext } from '../../program/job-context.ts';
import { backendOf } from '../../runtime/onnx-backend.ts';
import type { LoadedRuntime } from '../../runtime/onnx-runtime.ts';
import { measureAnswers, type NamedRows, normalisationRows } from './own-accuracy.ts';

export interface ChooseNormalisationOptions {
  /** Distinct networks of the chain; all get the same pixels. */
  readonly networks: readonly OnnxNetwork[];
  /** Labelled rows; empty where there are none. */
  readonly rows: readonly NamedRows[];
  /** With the user's normalisation, or with that of preset `none`. */
  readonly preprocessing: Preprocessing;
  /** As given by the user. */
  readonly normalisation: NormalisationOptions;
  /** True: go on with preset `none` where nothing can tell. */
  readonly allowMismatch: boolean;
}

export interface ChosenNormalisation {
  readonly preprocessing: Preprocessing;
  /** `measured`: the most accurate preset, beyond doubt. `undecided`: preset `none`, because nothing could tell. */
  readonly by: 'user' | 'network' | 'measured' | 'undecided';
}

const presetOf: Readonly<Record<PixelRange, string>> = { unit: 'none', signed: 'signed', bytes: 'bytes' };

/**
 * Chooses, and notes what was chosen and why.
 * @throws InvalidInputError with the accuracy under each preset, if they do not tell which is right and the user has to.
 * @throws AbortedError once the signal has fired; RuntimeFailureError where a network does not run.
 */
export async function chooseNormalisation(
  options: ChooseNormalisationOptions,
  runtime: LoadedRuntime,
  context: JobContext,
): Promise<ChosenNormalisation> {
  const { networks, rows, preprocessing, normalisation } = options;
  if (isNormalisationGiven(normalisation)) return { preprocessing, by: 'user' };
  const candidates: Candidates = new Map([['none', preprocessing], ...otherPresets(preprocessing)]);
  const declared = declaredPreset(networks);
  const said = declared === null ? undefined : candidates.get(declared.preset);
  if (declared !== null && said !== undefined) {
    context.onNote(`Normalisation: --preset ${declared.preset}, because of ${declared.network}: ${declared.evidence}.`);
    return { preprocessing: said, by: 'network' };
  }
  const [first] = rows;
  if (first === undefined) return undecided(options, null, context);
  const found = await measurePresets({ networks, data: first.data, candidates }, runtime, context);
  const [preset, ...ties] = found.unbeaten;
  if (preset === undefined || ties.length > 0) return undecided(options, found.accuracies, context);
  context.onNote(
    `Normalisation: --preset ${preset}, with which the network is most accurate by itself. ${listed(found.accuracies)}.`,
  );
  return { preprocessing: candidates.get(preset) ?? preprocessing, by: 'measured' };
}

/** Preprocessing by the name of the preset. */
type Candidates = ReadonlyMap<string, Preprocessing>;

interface DeclaredPreset {
  readonly preset: string;
  readonly network: string;
  readonly evidence: string;
}

/** What the networks' files say; null if they say nothing, or different things. */
function declaredPreset(networks: readonly OnnxNetwork[]): DeclaredPreset | null {
  const said = networks.flatMap(({ name, analysis }) => {
    const expected = expectedPixels(analysis);
    return expected === null ? [] : [{ preset: presetOf[expected.range], network: name, evidence: expected.evidence }];
  });
  const [first, ...others] = said;
  return first === undefined || others.some(({ preset }) => preset !== first.preset) ? null : first;
}

interface MeasurePresetsOptions {
  readonly networks: readonly OnnxNetwork[];
  readonly data: NamedRows['data'];
  readonly candidates: Candidates;
}

/** `[rows]` of all networks, 1 where the answer is right, by the name of the preset. */
type RightRows = ReadonlyMap<string, Uint8Array>;

interface MeasuredPresets {
  /** The last measurement of each preset. */
  readonly accuracies: ReadonlyMap<string, MeasuredAccuracy>;
  /** The presets that no other one beats beyond doubt. */
  readonly unbeaten: readonly string[];
}

/** Measures on few rows first, and presets that cannot be told apart on more. */
async function measurePresets(
  options: MeasurePresetsOptions,
  runtime: LoadedRuntime,
  context: JobContext,
): Promise<MeasuredPresets> {
  const accuracies = new Map<string, MeasuredAccuracy>();
  let unbeaten: readonly string[] = [...options.candidates.keys()];
  for (const sampleRows of [normalisationRows, networkAgreementDefaults.sampleRows]) {
    const right = await rightRows({ ...options, presets: unbeaten, sampleRows }, runtime, context);
    for (const [preset, rows] of right) {
      const total = rows.reduce((sum, value) => sum + value, 0);
      accuracies.set(preset, measuredAccuracy(total, rows.length));
    }
    unbeaten = unbeaten.filter((preset) => !isBeaten(preset, right));
    if (unbeaten.length === 1 || options.data.rows <= sampleRows) break;
  }
  return { accuracies, unbeaten };
}

function isBeaten(preset: string, right: RightRows): boolean {
  const own = right.get(preset);
  return own === undefined || [...right.values()].some((other) => isMoreOftenRight(other, own));
}

interface RightRowsOptions extends MeasurePresetsOptions {
  readonly presets: readonly string[];
  readonly sampleRows: number;
}

async function rightRows(
  { networks, data, candidates, presets, sampleRows }: RightRowsOptions,
  runtime: LoadedRuntime,
  context: JobContext,
): Promise<RightRows> {
  const parts = new Map<string, number[]>(presets.map((preset) => [preset, []]));
  for (const network of networks) {
    await using whole = await openWholeNetwork(network, backendOf(runtime));
    for (const [preset, part] of parts) {
      const preprocessing = candidates.get(preset) as Preprocessing;
      const measured = await measureAnswers({ network: network.name, whole, data, preprocessing, sampleRows }, context);
      part.push(...rightInBestOrder(measured, whole.classes));
    }
  }
  return new Map([...parts].map(([preset, part]) => [preset, Uint8Array.from(part)]));
}

/** Another order of the classes is found later; it must not hide the right normalisation. */
function rightInBestOrder({ labels, answers }: NetworkAnswers, classes: number): readonly number[] {
  const { best } = classAgreement({ labels, answers, classes });
  const labelOf = (answer: number): number => (best.isFarBetter ? (best.labelOfOutput[answer] as number) : answer);
  return Array.from(answers, (answer, row) => (labelOf(answer) === labels[row] ? 1 : 0));
}

function undecided(
  { preprocessing, allowMismatch }: ChooseNormalisationOptions,
  accuracies: MeasuredPresets['accuracies'] | null,
  context: JobContext,
): ChosenNormalisation {
  const received = accuracies === null ? 'none, and no labels to measure one by' : 'none';
  const measured = accuracies === null ? '' : ` ${listed(accuracies)}, which does not tell them apart.`;
  const error = new InvalidInputError(
    `Expected the normalisation that the network was trained with; received ${received}.${measured} Pass --preset (none: 0..1, signed: -1..1, bytes: 0..255, or a data set's), or --mean and --std.`,
    { expected: [...(accuracies?.keys() ?? [])], received: null, path: '--preset' },
  );
  if (!allowMismatch) throw error;
  context.onNote(`Caution: ${error.message} Going on with pixels as 0..1.`);
  return { preprocessing, by: 'undecided' };
}

/** `On 500 rows: fashion-mnist 96.0 % (93.9 to 97.4 %), none 85.2 % (...)`, the best first. */
function listed(accuracies: ReadonlyMap<string, MeasuredAccuracy>): string {
  const percent = (value: number): string => (100 * value).toFixed(1);
  const texts = [...accuracies]
    .toSorted(([, left], [, right]) => right.accuracy - left.accuracy)
    .map(
      ([preset, { accuracy, rows, interval }]) =>
        `${preset} ${percent(accuracy)} % of ${rows} rows (95 % interval ${percent(interval.low)} to ${percent(interval.high)} %)`,
    );
  return `It is correct with ${texts.join(', ')}`;
}
