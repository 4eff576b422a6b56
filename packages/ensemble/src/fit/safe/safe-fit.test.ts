import { InvalidInputError } from '@ztw/core';
import { describe, expect, test } from 'vitest';
import { ensembleFromSpecification } from '../../combine/ensemble-from-specification.ts';
import { type FitEnsembleOptions, fitEnsemble } from '../fit-ensemble.ts';
import { fitRows } from '../fit-rows.ts';
import { geometricLoss } from '../geometric-loss.ts';
import { fitAnchored } from './anchored-fit.ts';
import { condensedRows, takeFitRows } from './condensed-rows.ts';
import { pairedDifference } from './judged-exits.ts';
import { crossEntropyOfShares } from './member-shares.ts';
import { recencyRatios, recencyShares } from './recency.ts';
import { seededNumber, seededOrder } from './seeded-order.ts';
import { successAtCosts } from './success-at-costs.ts';

/** Exits whose errors have `common` of their noise in common; each is better than the one before. */
function exitsWith({ rows = 300, exits = 5, classes = 6, common = 0.3, sharpness = 1.5, seed = 1 } = {}) {
  let index = 0;
  const noise = () => {
    index += 4;
    return [0, 1, 2, 3].reduce((sum, part) => sum + seededNumber(seed, index + part), -2) * Math.sqrt(3);
  };
  const labels = Int32Array.from({ length: rows }, (_, row) => row % classes);
  const shared = Float64Array.from({ length: rows * classes }, noise);
  const logits = Array.from({ length: exits }, (_, exit) =>
    Float32Array.from(shared, (value, position) => {
      const isTrue = position % classes === labels[Math.floor(position / classes)];
      const error = Math.sqrt(common) * value + Math.sqrt(1 - common) * noise();
      return sharpness * (error + (isTrue ? 1 + 0.15 * exit : 0));
    }),
  );
  return { logits, labels, classes };
}

/** Mean accuracy over all exits of an ensemble, in percent. */
function accuracyOf(
  specification: Parameters<typeof ensembleFromSpecification>[0],
  data: ReturnType<typeof exitsWith>,
) {
  const ensemble = ensembleFromSpecification(specification);
  let state = ensemble.init(data.labels.length, data.classes);
  let right = 0;
  data.logits.forEach((values, exit) => {
    const update = ensemble.update(state, exit, values);
    state = update.state;
    data.labels.forEach((label, row) => {
      const scores = update.logProbabilities.subarray(row * data.classes, (row + 1) * data.classes);
      if (scores.indexOf(Math.max(...scores)) === label) right++;
    });
  });
  return (100 * right) / data.labels.length / data.logits.length;
}

function alone(exits: number, classes: number, kind: 'geometric' | 'arithmetic') {
  return { specificationVersion: 'v1', kind, classes, exits: new Array<null>(exits).fill(null) } as const;
}

describe.each(['geometric', 'arithmetic'] as const)('the safe fit, %s', (kind) => {
  test.for([20, 50, 200, 1000])('of %d rows is not below plain exits on other rows', (rows) => {
    const report = exitsWith({ rows: 4000, seed: 99 });
    const plain = accuracyOf(alone(5, 6, kind), report);
    const gains = [1, 2, 3, 4].map((seed) => {
      const { specification } = fitEnsemble({ kind, ...exitsWith({ rows, seed }) });
      return accuracyOf(specification, report) - plain;
    });
    for (const gain of gains) expect(gain).toBeGreaterThan(-0.1);
    // Errors that differ so much make a combination worth it, and 200 rows show that.
    if (rows >= 200) expect(Math.min(...gains)).toBeGreaterThan(1);
  });

  test('leaves exits alone that have nothing to gain from each other', () => {
    const { logits, labels, classes } = exitsWith({ exits: 1 });
    const [values] = logits as [Float32Array];
    const same = [values, values, values];
    const { specification, safety } = fitEnsemble({ kind, logits: same, labels, classes });
    expect(specification.exits).toEqual([null, null, null]);
    expect(safety?.candidate).toBeNull();
    expect(safety?.judgedRows).toBe(300);
  });

  test.for([1, 9])('leaves all exits alone with %d rows', (rows) => {
    const { specification, safety, exits } = fitEnsemble({ kind, ...exitsWith({ rows }) });
    expect(specification.exits.every((exit) => exit === null)).toBe(true);
    expect(safety).toEqual({ judgedRows: 0, candidate: null, crossEntropyGain: null, accuracyGain: null });
    expect(exits.every(({ crossEntropyBefore, crossEntropyAfter }) => crossEntropyBefore === crossEntropyAfter)).toBe(
      true,
    );
  });

  test('says why, and is the same every time', () => {
    const options = { kind, ...exitsWith() };
    const fit = fitEnsemble(options);
    const { candidate, crossEntropyGain, accuracyGain } = fit.safety!;
    expect(candidate?.recency).toBeGreaterThan(0);
    expect(crossEntropyGain!.mean).toBeGreaterThan(crossEntropyGain!.standardError);
    expect(accuracyGain!.mean).toBeGreaterThan(0);
    expect(fitEnsemble(options)).toEqual(fit);
  });

  test('is not the fit with penalties', () => {
    expect(fitEnsemble({ kind, ...exitsWith(), l2: 1e-4 }).safety).toBeNull();
    expect(fitEnsemble({ kind, ...exitsWith(), biasL2: 0 }).safety).toBeNull();
  });

  test('combines more classes than it keeps of a row', () => {
    const report = exitsWith({ rows: 1000, classes: 200, seed: 99, exits: 3, sharpness: 3 });
    const { specification } = fitEnsemble({
      kind,
      ...exitsWith({ rows: 400, classes: 200, exits: 3, sharpness: 3 }),
    });
    expect(specification.exits.map((exit) => exit?.weights.length)).toEqual([1, 2, 3]);
    expect(specification.exits[2]?.bias).toHaveLength(200);
    expect(accuracyOf(specification, report)).toBeGreaterThan(accuracyOf(alone(3, 200, kind), report));
  });
});

test.for([
  ['too few costs', [1, 2]],
  ['falling costs', [1, 2, 1, 4, 5]],
  ['costs of NaN', [1, 2, Number.NaN, 4, 5]],
] as const)('refuses %s', ([, exitCosts]) => {
  const options: FitEnsembleOptions = { kind: 'geometric', ...exitsWith(), exitCosts };
  expect(() => fitEnsemble(options)).toThrow(InvalidInputError);
});

describe('recency', () => {
  test.for(recencyRatios)('shares of ratio %d sum to 1 and rise', (ratio) => {
    const shares = recencyShares(ratio, 6);
    expect(shares.reduce((sum, share) => sum + share, 0)).toBeCloseTo(1, 12);
    expect([...shares].sort((a, b) => a - b)).toEqual([...shares]);
  });

  test('of 0 is the plain exit', () => {
    expect([...recencyShares(0, 3)]).toEqual([0, 0, 1]);
    expect([...recencyShares(0, 1)]).toEqual([1]);
  });
});

describe.each(['geometric', 'arithmetic'] as const)('a fit that is held, %s', (kind) => {
  const data = fitRows(exitsWith().logits, exitsWith().labels, 6);
  const anchor = recencyShares(0.5, 5);
  const distance = (spread: number): number => {
    const start = { shares: anchor, bias: null };
    const { shares, converged } = fitAnchored(kind, data, anchor, { spread, biasSpread: null }, start, {
      maxIterations: 200,
      tolerance: 1e-9,
    });
    expect(converged).toBe(true);
    return Math.hypot(...shares.map((share, member) => share - anchor[member]!));
  };

  test('stays nearer with a firmer hold', () => {
    expect(distance(1e-3)).toBeLessThan(1e-2);
    expect(distance(0.05)).toBeLessThan(distance(0.2));
    expect(distance(0.2)).toBeLessThan(distance(5));
  });

  test('stays nearer with fewer rows', () => {
    const start = { shares: anchor, bias: null };
    const moved = [20, 300].map((rows) => {
      const some = takeFitRows(
        data,
        Int32Array.from({ length: rows }, (_, row) => row),
      );
      const hold = { spread: 0.05, biasSpread: null };
      const fit = fitAnchored(kind, some, anchor, hold, start, { maxIterations: 200, tolerance: 1e-9 });
      expect(fit.crossEntropy).toBeLessThanOrEqual(crossEntropyOfShares(kind, some, start) + 1e-9);
      return Math.hypot(...fit.shares.map((share, member) => share - anchor[member]!));
    });
    expect(moved[0]).toBeLessThan(moved[1]!);
  });
});

describe('condensed rows', () => {
  const { logits, labels, classes } = exitsWith({ rows: 100, exits: 3, classes: 500, sharpness: 3 });

  test('are the rows themselves with few classes', () => {
    const few = exitsWith();
    expect(condensedRows(few.logits, few.labels, 6)).toEqual(fitRows(few.logits, few.labels, 6));
  });

  test('keep every exit’s answer and the true class, once', () => {
    const whole = fitRows(logits, labels, classes);
    const condensed = condensedRows(logits, labels, classes);
    for (let row = 0; row < 100; row++) {
      for (let exit = 0; exit < 3; exit++) {
        const all = whole.logProbabilities.subarray((row * 3 + exit) * classes, (row * 3 + exit + 1) * classes);
        const slots = condensed.classes;
        const kept = condensed.logProbabilities.subarray((row * 3 + exit) * slots, (row * 3 + exit + 1) * slots);
        expect(Math.max(...kept)).toBe(Math.max(...all));
        expect(kept[condensed.labels[row]!]).toBe(all[labels[row]!]);
      }
      expect(condensed.offsets![row * condensed.classes + condensed.labels[row]!]).toBe(0);
    }
  });

  test('have about the loss and the slopes of whole rows', () => {
    const point = Float64Array.of(0.2, 0.3, 0.4);
    const [whole, condensed] = [fitRows(logits, labels, classes), condensedRows(logits, labels, classes)].map(
      (data) => {
        const gradient = new Float64Array(3);
        return { loss: geometricLoss(data, 3, { withBias: false }).evaluate(point, gradient), gradient };
      },
    ) as [{ loss: number; gradient: Float64Array }, { loss: number; gradient: Float64Array }];
    // A sample of 16 represents 468 improbable classes: log-probabilities of about -10 nats, within half a percent.
    expect(Math.abs(condensed.loss - whole.loss)).toBeLessThan(0.01 * whole.loss);
    whole.gradient.forEach((slope, member) => {
      expect(Math.abs(condensed.gradient[member]! - slope)).toBeLessThan(0.06);
    });
  });

  test('refuse what whole rows refuse', () => {
    expect(() => condensedRows(logits, [...labels.slice(1), 500], classes)).toThrow(/500/);
    expect(() => condensedRows([new Float32Array(7)], labels, classes)).toThrow(/7 values/);
  });
});

test('the loss without bias is the loss with a bias of 0', () => {
  const { logits, labels } = exitsWith();
  const data = fitRows(logits, labels, 6);
  const [free, withBias] = [new Float64Array(5), new Float64Array(11)];
  const [freeCurvature, curvature] = [new Float64Array(25), new Float64Array(121)];
  const shares = [0.1, 0.2, 0.3, 0.2, 0.4];
  const loss = geometricLoss(data, 5, { withBias: false });
  const full = geometricLoss(data, 5);
  expect(loss.evaluateWithCurvature(Float64Array.from(shares), free, freeCurvature)).toBeCloseTo(
    full.evaluateWithCurvature(Float64Array.from([...shares, 0, 0, 0, 0, 0, 0]), withBias, curvature),
    12,
  );
  free.forEach((slope, member) => {
    expect(slope).toBeCloseTo(withBias[member]!, 12);
  });
  for (let row = 0; row < 5; row++) {
    for (let column = 0; column <= row; column++) {
      expect(freeCurvature[row * 5 + column]).toBeCloseTo(curvature[row * 11 + column]!, 12);
    }
  }
});

describe('success at costs', () => {
  const exit = (confidences: number[], right: number[]) => ({
    losses: [],
    confidences: Float64Array.from(confidences),
    right: Uint8Array.from(right),
  });

  test('spends a budget on the least confident rows', () => {
    // Row 0 is confident and correct at the first exit, row 1 needs the second exit.
    const exits = [exit([0.9, 0.3], [1, 0]), exit([1, 1], [1, 1])];
    const success = successAtCosts(exits, [1, 2]);
    expect(success[0]).toBeCloseTo(1, 6);
    // From half way on row 1 is always sent on; before that, in proportion: 0.2, 0.4, 0.6, 0.8 and then six times 1.
    expect(success[1]).toBeCloseTo(0.8, 6);
  });

  test('lets nothing leave early at the full cost', () => {
    const exits = [exit([0.9, 0.9], [0, 0]), exit([0.1, 0.1], [1, 1])];
    expect(successAtCosts(exits, [1, 1])).toEqual(Float64Array.of(1, 1));
  });
});

test('paired differences have the standard error of their mean', () => {
  const { mean, standardError } = pairedDifference(Float64Array.of(1, 2, 3), Float64Array.of(0, 0, 0));
  expect(mean).toBe(2);
  expect(standardError).toBeCloseTo(1 / Math.sqrt(3), 12);
});

test('orders hold each number once, and differ by seed', () => {
  expect([...seededOrder(1, 50)].sort((a, b) => a - b)).toEqual([...new Array(50).keys()]);
  expect([...seededOrder(1, 50)]).not.toEqual([...seededOrder(2, 50)]);
});
