import { InvalidInputError, UnsupportedModelError } from '@ztw/core';
import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import { tinyModel, tinyResnet } from '../../test/support/tiny.ts';
import { wasmProbe } from '../../test/support/wasm.ts';
import { analyseGraph, type GraphAnalysis } from '../analysis/analyse-graph.ts';
import { readModel } from '../model/read-model.ts';
import { assignTargets } from './assign-targets.ts';
import { chooseCuts } from './choose-cuts.ts';
import { parseCutSelection } from './parse-cut-selection.ts';

describe('parseCutSelection', () => {
  test.each([
    ['auto', { kind: 'auto' }],
    [' all ', { kind: 'all' }],
    ['none', { kind: 'none' }],
    ['8', { kind: 'count', count: 8 }],
    ['0.2, 0.4', { kind: 'fractions', fractions: [0.2, 0.4] }],
    ['.5', { kind: 'fractions', fractions: [0.5] }],
    ['/a/Relu_output_0', { kind: 'names', names: ['/a/Relu_output_0'] }],
    ['a,b1', { kind: 'names', names: ['a', 'b1'] }],
  ])('%s', (text, selection) => {
    expect(parseCutSelection(text)).toEqual(selection);
  });

  test.each(['', ' ', 'a,,b', ','])('refuses "%s"', (text) => {
    expect(() => parseCutSelection(text)).toThrow(InvalidInputError);
  });
});

describe('assignTargets', () => {
  test('takes the nearest positions where they differ', () => {
    expect(assignTargets([0.15, 0.6], [0.1, 0.2, 0.55, 0.9])).toEqual([0, 2]);
  });

  test('gives each target a position of its own', () => {
    expect(assignTargets([0.5, 0.5, 0.5], [0.1, 0.4, 0.5, 0.8])).toEqual([1, 2, 3]);
  });

  test('no ascending choice is nearer', () => {
    const sorted = (values: number[]) => values.toSorted((left, right) => left - right);
    const numbers = (size: { minLength: number; maxLength: number }) =>
      fc.array(fc.double({ min: 0, max: 1, noNaN: true }), size).map(sorted);
    const law = fc.property(
      numbers({ minLength: 1, maxLength: 4 }),
      numbers({ minLength: 4, maxLength: 7 }),
      (targets, positions) => {
        const cost = (choice: readonly number[]) =>
          choice.reduce((sum, position, index) => sum + Math.abs(positions[position]! - targets[index]!), 0);
        const chosen = assignTargets(targets, positions);
        expect(chosen).toEqual([...new Set(chosen)].toSorted((left, right) => left - right));
        for (const other of combinations(positions.length, targets.length)) {
          expect(cost(chosen)).toBeLessThanOrEqual(cost(other) + 1e-12);
        }
      },
    );
    fc.assert(law, { numRuns: 200 });
  });
});

function combinations(size: number, count: number, from = 0): number[][] {
  if (count === 0) return [[]];
  const result: number[][] = [];
  for (let first = from; first < size; first++) {
    for (const rest of combinations(size, count - 1, first + 1)) result.push([first, ...rest]);
  }
  return result;
}

describe('chooseCuts', () => {
  let analysis: GraphAnalysis;
  beforeAll(async () => {
    analysis = await analyseGraph(readModel(tinyResnet()), wasmProbe);
  });
  const blocks = (cuts: readonly { afterBlock: number | null }[]) => cuts.map(({ afterBlock }) => afterBlock);

  test('all, auto, none and counts', () => {
    expect(blocks(chooseCuts(analysis, { kind: 'all' }))).toEqual([0, 1, 2]);
    expect(blocks(chooseCuts(analysis, { kind: 'auto' }))).toEqual([0, 1, 2]);
    expect(chooseCuts(analysis, { kind: 'none' })).toEqual([]);
    expect(chooseCuts(analysis, { kind: 'count', count: 2 })).toHaveLength(2);
  });

  test('fractions go to the nearest blocks, whatever their order', () => {
    expect(blocks(chooseCuts(analysis, { kind: 'fractions', fractions: [0.99, 0.01] }))).toEqual([0, 2]);
  });

  test('names, in the order of the network', () => {
    const [first, second] = analysis.cuts.map(({ name }) => name);
    const cuts = chooseCuts(analysis, { kind: 'names', names: [second!, first!, second!] });
    expect(cuts.map(({ name }) => name)).toEqual([first, second]);
  });

  test.each([
    [{ kind: 'count', count: 4 } as const, 'from 1 to 3'],
    [{ kind: 'count', count: 0 } as const, 'from 1 to 3'],
    [{ kind: 'fractions', fractions: [0, 0.5] } as const, 'between 0 and 1'],
    [{ kind: 'fractions', fractions: [Number.NaN] } as const, 'between 0 and 1'],
    [{ kind: 'fractions', fractions: [0.1, 0.2, 0.3, 0.4] } as const, 'at most 3 fractions'],
    [{ kind: 'names', names: ['nowhere'] } as const, 'nowhere'],
    [{ kind: 'names', names: ['y'] } as const, 'nothing is left to skip'],
  ])('refuses %j', (selection, message) => {
    expect(() => chooseCuts(analysis, selection)).toThrow(InvalidInputError);
    expect(() => chooseCuts(analysis, selection)).toThrow(message);
  });

  test('a network of one layer has no legal cut, and can only be used whole', async () => {
    const bytes = tinyModel((net) => void net.dense(net.apply('Flatten', ['x']), 128, 3, 'y'));
    const single = await analyseGraph(readModel(bytes), wasmProbe);
    expect(chooseCuts(single, { kind: 'none' })).toEqual([]);
    expect(() => chooseCuts(single, { kind: 'auto' })).toThrow(UnsupportedModelError);
    expect(() => chooseCuts(single, { kind: 'auto' })).toThrow(
      /no legal cut.*'flatten': nothing has been computed yet/,
    );
  });
});
