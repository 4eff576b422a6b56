import { InvalidDataError, InvalidInputError } from '@ztw/core';
import { describe, expect, test } from 'vitest';
import { ensembleFromSpecification } from '../combine/ensemble-from-specification.ts';
import {
  type ExitFit,
  type FitEnsembleOptions,
  fitEnsemble,
  fitEnsembleDefaults,
  referenceFitOptions,
} from './fit-ensemble.ts';
import { inLogWeights } from './fit-exit.ts';
import { fitRows } from './fit-rows.ts';
import { geometricLoss } from './geometric-loss.ts';
import { limitedMemoryBfgs } from './limited-memory-bfgs.ts';

/** Park and Miller's generator: enough for test data. */
function uniform(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 48271) % 2147483647;
    return state / 2147483647;
  };
}

/** Exits that get better: the true class' logit rises with the exit, all logits carry noise of their own. */
function noisyExits({ rows = 400, exits = 4, classes = 5, seed = 7, sharpness = 1 } = {}) {
  const random = uniform(seed);
  const noise = () => random() + random() + random() + random() - 2;
  const labels = Int32Array.from({ length: rows }, () => Math.floor(random() * classes));
  const logits = Array.from({ length: exits }, (_, exit) =>
    Float32Array.from({ length: rows * classes }, (_, index) => {
      const isTrue = index % classes === labels[Math.floor(index / classes)];
      return sharpness * (noise() * 1.5 + (isTrue ? 0.5 + 0.5 * exit : 0));
    }),
  );
  return { logits, labels, classes };
}

/** Mean cross-entropy of an exit's combined prediction, computed through the ensemble itself. */
function crossEntropyThroughEnsemble(options: FitEnsembleOptions, exitIndex: number): number {
  const ensemble = ensembleFromSpecification(fitEnsemble(options).specification);
  const rows = options.labels.length;
  let state = ensemble.init(rows, options.classes);
  let sum = 0;
  for (let exit = 0; exit <= exitIndex; exit++) {
    const update = ensemble.update(state, exit, options.logits[exit]!);
    state = update.state;
    sum = Array.from(options.labels).reduce(
      (total, label, row) => total - update.logProbabilities[row * options.classes + label]!,
      0,
    );
  }
  return sum / rows;
}

const kinds = ['geometric', 'arithmetic'] as const;

describe.each(kinds)('fitEnsemble, %s', (kind) => {
  test('improves on the exits, and reports by how much', () => {
    // The safe fit judges a mixture by its accuracy too, and that may cost it some cross-entropy.
    const penalty = kind === 'geometric' ? {} : { l2: 1e-4, biasL2: 1e-6 };
    const options = { kind, ...noisyExits(), ...penalty };
    // A mean of probabilities gains little from noisy exits, and its penalty holds it back from the last one alone.
    const allowance = kind === 'geometric' ? -0.01 : 2e-3;
    const { exits, specification } = fitEnsemble(options);
    expect(exits.map((fit) => fit.exitIndex)).toEqual([0, 1, 2, 3]);
    for (const fit of exits.slice(1)) {
      expect(fit.converged).toBe(true);
      expect(fit.crossEntropyAfter).toBeLessThan(fit.crossEntropyBefore + allowance);
    }
    expect(specification.exits.map((exit) => exit?.weights.length)).toEqual([1, 2, 3, 4]);
    for (const exit of [0, 3]) {
      // The ensemble's results are float32.
      expect(crossEntropyThroughEnsemble(options, exit)).toBeCloseTo(exits[exit]!.crossEntropyAfter, 5);
    }
  });

  test('can leave the last exit alone', () => {
    const { specification, exits } = fitEnsemble({ kind, ...noisyExits(), includeFinal: false });
    expect(specification.exits.map((exit) => exit === null)).toEqual([false, false, false, true]);
    expect(exits.at(-1)).toMatchObject({ iterations: 0, converged: true });
    expect(exits.at(-1)?.crossEntropyAfter).toBe(exits.at(-1)?.crossEntropyBefore);
  });

  test('is the same every time, and for log-probabilities as for logits', () => {
    const data = noisyExits();
    const fit = fitEnsemble({ kind, ...data });
    expect(fitEnsemble({ kind, ...data })).toEqual(fit);
    const shifted = data.logits.map((values) => values.map((value) => value - 3));
    const again = fitEnsemble({ kind, ...data, logits: shifted });
    for (const [exit, { crossEntropyAfter }] of again.exits.entries()) {
      // float32 rounding of the shifted logits, and the tolerance of the fit
      expect(crossEntropyAfter).toBeCloseTo(fit.exits[exit]!.crossEntropyAfter, 5);
    }
  });

  test('applies the penalties given', () => {
    const norm = (l2: number) =>
      fitEnsemble({ kind, ...noisyExits(), l2 })
        .specification.exits.at(-1)!
        .weights.reduce((sum, w) => sum + w * w, 0);
    expect(norm(1)).toBeLessThan(norm(1e-2));
    expect(norm(1e-2)).toBeLessThan(norm(1e-6));
    expect(norm(100)).toBeLessThan(1e-3);
  });

  test('reports each exit as it is done', () => {
    const seen: ExitFit[] = [];
    const { exits } = fitEnsemble({ kind, ...noisyExits(), onExit: (fit) => seen.push(fit) });
    expect(seen).toEqual(exits);
  });

  test.for([
    ['a class without rows', { ...noisyExits(), labels: noisyExits().labels.map((label) => Math.min(label, 3)) }, {}],
    ['one row', noisyExits({ rows: 1 }), {}],
    ['fewer rows than classes', noisyExits({ rows: 6, classes: 20 }), {}],
    ['rows that every exit gets right', noisyExits({ sharpness: 40 }), {}],
    ['rows that every exit gets right, without penalty', noisyExits({ sharpness: 40 }), referenceFitOptions],
    [
      'a class without rows, without penalty',
      { ...noisyExits(), labels: noisyExits().labels.map((label) => Math.min(label, 3)) },
      referenceFitOptions,
    ],
    [
      'exits that are all the same',
      { ...noisyExits(), logits: Array(4).fill(noisyExits().logits[2]) },
      referenceFitOptions,
    ],
    ['exits that know nothing', { ...noisyExits(), logits: Array(4).fill(new Float32Array(2000)) }, {}],
    [
      'exits that are always wrong',
      { ...noisyExits(), labels: noisyExits().labels.map((label) => (label + 1) % 5) },
      {},
    ],
    ['one class', noisyExits({ classes: 1 }), {}],
    ['one exit', noisyExits({ exits: 1 }), {}],
  ] as const)('stands %s', ([, data, options]) => {
    const { specification, exits } = fitEnsemble({ kind, ...data, ...options });
    for (const fit of exits) {
      expect(fit.converged).toBe(true);
      expect(fit.iterations).toBeLessThan(fitEnsembleDefaults.maxIterations / 2);
      expect(Number.isFinite(fit.gradientNorm)).toBe(true);
      // Never worse than the exit alone by more than what the penalty costs at the exit alone.
      expect(fit.crossEntropyAfter).toBeLessThan(fit.crossEntropyBefore + 0.02);
      expect(fit.crossEntropyAfter).toBeGreaterThanOrEqual(-1e-9);
    }
    const numbers = specification.exits.flatMap((exit) => (exit === null ? [] : [...exit.weights, ...exit.bias]));
    expect(numbers.every(Number.isFinite)).toBe(true);
    expect(JSON.parse(JSON.stringify(specification))).toEqual(specification);
  });

  test.for([
    ['no rows', { labels: [], logits: [new Float32Array(0)] }, InvalidDataError, /at least one row/],
    ['a label that is no class', { labels: [0, 5] }, InvalidDataError, /0 to 1; received 5 in row 1/],
    ['half a label', { labels: [0, 0.5] }, InvalidDataError, /0.5/],
    ['logits of another length', { logits: [new Float32Array(4), new Float32Array(6)] }, InvalidInputError, /exit 1/],
    ['NaN', { logits: [Float32Array.of(0, 1, 2, Number.NaN)] }, InvalidInputError, /exit 0.*row 1/],
    ['infinity', { logits: [Float32Array.of(0, Number.POSITIVE_INFINITY, 2, 0)] }, InvalidInputError, /row 0/],
    ['no exits', { logits: [] }, InvalidInputError, /at least one exit/],
    ['no classes', { classes: 0 }, InvalidInputError, /classes/],
    ['a negative penalty', { l2: -1 }, InvalidInputError, /l2/],
    ['a penalty of NaN', { biasL2: Number.NaN }, InvalidInputError, /biasL2/],
  ] as const)('refuses %s', ([, change, errorClass, message]) => {
    const fit = () => fitEnsemble({ kind, logits: [new Float32Array(4)], labels: [0, 1], classes: 2, ...change });
    expect(fit).toThrow(errorClass);
    expect(fit).toThrow(message);
  });
});

describe('the geometric fit', () => {
  test('reaches the optimum that a slow and independent search finds', () => {
    for (const seed of [1, 2, 3, 4, 5]) {
      const data = noisyExits({ seed, exits: 6, sharpness: 3 });
      const { exits } = fitEnsemble({ kind: 'geometric', ...data, ...referenceFitOptions, includeFinal: true });
      exits.forEach(({ crossEntropyAfter }, exit) => {
        const objective = inLogWeights(geometricLoss(fitRows(data.logits, data.labels, 5), exit + 1), exit + 1);
        const start = new Float64Array(objective.size);
        const slow = limitedMemoryBfgs(objective, start, { maxIterations: 5000, tolerance: 1e-11 });
        expect(Math.abs(crossEntropyAfter - slow.value)).toBeLessThan(1e-6);
      });
    }
  });

  test('switches to L-BFGS for many classes and finds the same', () => {
    const few = noisyExits({ rows: 300, exits: 3, classes: 100 });
    // Sixty classes more that never occur: 223 variables, above what Newton's method takes.
    const many = {
      labels: few.labels,
      classes: 160,
      logits: few.logits.map((values) =>
        Float32Array.from({ length: 300 * 160 }, (_, index) =>
          index % 160 < 100 ? values[Math.floor(index / 160) * 100 + (index % 160)]! : -60,
        ),
      ),
    };
    const options = { kind: 'geometric', l2: 1e-3, biasL2: 1e-3, tolerance: 1e-9, maxIterations: 2000 } as const;
    const byNewton = fitEnsemble({ ...options, ...few });
    const byBfgs = fitEnsemble({ ...options, ...many });
    byNewton.exits.forEach((fit, exit) => {
      expect(byBfgs.exits[exit]!.converged).toBe(true);
      // 60 logits at -60 are as good as none.
      expect(byBfgs.exits[exit]!.crossEntropyAfter).toBeCloseTo(fit.crossEntropyAfter, 4);
    });
  });
});
