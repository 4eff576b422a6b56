// Compares ensembles fitted on few rows with plain exits: accuracy at budgets on other rows, as a mean over random
// subsets. Both choose their thresholds on the subset. Prints Markdown tables. Stored logits are optional data
// (`ZTW_SHARED`); without them only synthetic exits are used.
//
//   pnpm --filter @ztw/bench safe-fit [subsets, default 20] [only networks whose name contains this]

import {
  costsInMacs,
  interpolatedAccuracy,
  lastWithinBudget,
  predictionsFromLogits,
  sweep,
} from '@ztw/core/evaluation';
import { type EnsembleFit, ensembleFromSpecification, type FitEnsembleOptions, fitEnsemble } from '@ztw/ensemble';
import { seededRandom } from '@ztw/heads';
import { type ExitLogits, rowsOf, type Split, storedExits } from './safe-fit/exit-logits.ts';
import { syntheticExits } from './safe-fit/synthetic-exits.ts';

const budgets = [0.25, 0.5, 0.75, 1] as const;
const subsets = Number(process.argv[2] ?? 20);
const only = process.argv[3] ?? '';
const sizes = [20, 50, 100, 200, 500, 2000] as const;
/** The penalties of `fitEnsemble` before the safe fit. */
const formerPenalties = { l2: 1e-4, biasL2: 1e-6 };

interface Network {
  readonly name: string;
  readonly open: () => (ExitLogits & { readonly split: Split }) | null;
  readonly withFormer: boolean;
}

/** In percent, one per budget. */
interface Scores {
  /** On the report rows, with the threshold that was chosen on the calibration rows. */
  readonly chosen: readonly number[];
  /** The same, minus the accuracy of plain exits on the report rows at the same cost. */
  readonly overPlainCurve: readonly number[];
  /** On the curve of the report rows, at exactly the budget. */
  readonly atBudget: readonly number[];
}

function curveOf(data: ExitLogits): ReturnType<typeof sweep> {
  const { logits, labels, classes, exitCosts, wholeCost } = data;
  const predictions = predictionsFromLogits({ logits, labels, classes, exitMacs: exitCosts });
  return sweep(predictions, { costs: costsInMacs(predictions, wholeCost) });
}

function combined(data: ExitLogits, { specification }: EnsembleFit): ExitLogits {
  const ensemble = ensembleFromSpecification(specification);
  let state = ensemble.init(data.labels.length, data.classes);
  const logits = data.logits.map((values, exit) => {
    const update = ensemble.update(state, exit, values);
    state = update.state;
    return update.logProbabilities;
  });
  return { ...data, logits };
}

type Curve = ReturnType<typeof curveOf>;

function scoresOf(calibration: Curve, report: Curve, plainReport: Curve, wholeCost: number): Scores {
  const points = budgets.map((budget) => {
    const setting = lastWithinBudget(calibration, budget * wholeCost)?.setting;
    const point = report.find((candidate) => candidate.setting === setting);
    if (point === undefined) throw new Error(`Expected a threshold within ${budget} of the cost of the whole network.`);
    return point;
  });
  return {
    chosen: points.map(({ accuracy }) => 100 * accuracy),
    overPlainCurve: points.map(
      ({ accuracy, cost }) => 100 * (accuracy - (interpolatedAccuracy(plainReport, cost) ?? Number.NaN)),
    ),
    atBudget: budgets.map((budget) => 100 * (interpolatedAccuracy(report, budget * wholeCost) ?? Number.NaN)),
  };
}

function shuffled(rows: Int32Array, seed: number): Int32Array {
  const random = seededRandom(seed);
  const keys = Array.from(rows, () => random());
  return Int32Array.from(rows.keys(), (position) => position)
    .sort((a, b) => (keys[a] as number) - (keys[b] as number))
    .map((position) => rows[position] as number);
}

/** A random subset of the calibration rows. Where they are too few, the subset is drawn from all rows. */
function subsetOf({ calibration, report }: Split, size: number, seed: number): Split {
  if (size < calibration.length) return { calibration: shuffled(calibration, seed).subarray(0, size), report };
  const rows = shuffled(Int32Array.from([...calibration, ...report]), seed);
  return { calibration: rows.subarray(0, size), report: rows.subarray(size) };
}

interface Outcome {
  readonly plain: Scores;
  readonly safe: Scores;
  readonly former: Scores | null;
  readonly usesEnsemble: boolean;
  readonly seconds: number;
}

function measure(data: ExitLogits, split: Split, plainReport: Curve | null, withFormer: boolean): Outcome {
  const calibration = rowsOf(data, split.calibration);
  const report = rowsOf(data, split.report);
  const plainCurve = plainReport ?? curveOf(report);
  const { wholeCost } = data;
  const fit = (options: Partial<FitEnsembleOptions>): EnsembleFit =>
    fitEnsemble({ kind: 'geometric', ...calibration, ...options });
  const score = (fitted: EnsembleFit): Scores =>
    scoresOf(curveOf(combined(calibration, fitted)), curveOf(combined(report, fitted)), plainCurve, wholeCost);
  const plain = scoresOf(curveOf(calibration), plainCurve, plainCurve, wholeCost);
  const before = process.cpuUsage();
  const safeFit = fit({});
  const seconds = process.cpuUsage(before).user / 1e6;
  const usesEnsemble = safeFit.specification.exits.some((exit) => exit !== null);
  return {
    plain,
    safe: usesEnsemble ? score(safeFit) : plain,
    former: withFormer ? score(fit(formerPenalties)) : null,
    usesEnsemble,
    seconds,
  };
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** Standard error of the mean over subsets. */
function standardError(values: readonly number[]): number {
  const center = mean(values);
  return Math.sqrt(mean(values.map((value) => (value - center) ** 2)) / Math.max(1, values.length - 1));
}

function cell(values: readonly number[], format: (value: number) => string): string {
  return values.map(format).join(' / ');
}

const plainNumber = (value: number): string => value.toFixed(1);
const signed = (value: number): string => `${value >= 0 ? '+' : ''}${value.toFixed(2)}`;

function line(label: string, outcomes: readonly Outcome[]): string {
  const perBudget = (get: (outcome: Outcome, index: number) => number, summary = mean): readonly number[] =>
    budgets.map((_, index) => summary(outcomes.map((outcome) => get(outcome, index))));
  const at = (values: readonly number[] | undefined, index: number): number => values?.[index] ?? Number.NaN;
  const underChosen = ({ safe, plain }: Outcome, index: number): number =>
    at(safe.chosen, index) - at(plain.chosen, index);
  const atBudget =
    (which: 'safe' | 'former') =>
    (outcome: Outcome, index: number): number =>
      at(outcome[which]?.atBudget, index) - at(outcome.plain.atBudget, index);
  const atOwnCost = ({ safe, plain }: Outcome, index: number): number =>
    at(safe.overPlainCurve, index) - at(plain.overPlainCurve, index);
  const withFormer = outcomes.every(({ former }) => former !== null);
  return `| ${[
    label,
    cell(
      perBudget(({ plain }, index) => at(plain.atBudget, index)),
      plainNumber,
    ),
    cell(perBudget(atBudget('safe')), signed),
    cell(perBudget(atOwnCost), signed),
    cell(perBudget(underChosen), signed),
    outcomes.length > 1 ? cell(perBudget(underChosen, standardError), (value) => value.toFixed(2)) : '',
    withFormer ? cell(perBudget(atBudget('former')), signed) : '',
    `${outcomes.filter(({ usesEnsemble }) => usesEnsemble).length} of ${outcomes.length}`,
    mean(outcomes.map(({ seconds }) => seconds)).toFixed(2),
  ].join(' | ')} |`;
}

function synthetic(classes: number, errorCorrelation: number): Network {
  const [calibration, report] = [2500, 3000] as const;
  return {
    name: `made up, ${classes} classes, errors correlated ${errorCorrelation}`,
    withFormer: false,
    open: () => ({
      ...syntheticExits({ rows: calibration + report, exits: 8, classes, errorCorrelation, seed: classes }),
      split: {
        calibration: Int32Array.from({ length: calibration }, (_, row) => row),
        report: Int32Array.from({ length: report }, (_, row) => calibration + row),
      },
    }),
  };
}

const networks: readonly Network[] = [
  ...(['resnet56-27ics', 'resnet56-6ics'] as const).flatMap((folder) =>
    (['ztw', 'sdn'] as const).map(
      (method): Network => ({
        name: `${folder} ${method.toUpperCase()}`,
        withFormer: true,
        open: () => storedExits(folder, method),
      }),
    ),
  ),
  ...[100, 1000].flatMap((classes) => [0.7, 0.97].map((correlation) => synthetic(classes, correlation))),
];

for (const { name, open, withFormer } of networks.filter((network) => network.name.includes(only))) {
  const data = open();
  if (data === null) continue;
  console.log(`\n### ${name}\n`);
  console.log(
    '| rows | plain exits at 25 / 50 / 75 / 100 % | safe fit at the budget | at its own cost | under chosen thresholds | its standard error | former fit at the budget | ensemble used | seconds |',
  );
  console.log('| ---: | --- | --- | --- | --- | --- | --- | ---: | ---: |');
  const plainReport = curveOf(rowsOf(data, data.split.report));
  for (const size of sizes) {
    const outcomes = Array.from({ length: subsets }, (_, subset) => {
      const split = subsetOf(data.split, size, 1000 * size + subset);
      return measure(data, split, split.report === data.split.report ? plainReport : null, withFormer);
    });
    console.log(line(String(size), outcomes));
  }
  console.log(line('the split itself', [measure(data, data.split, plainReport, withFormer)]));
}
