import { describe, expect, test } from 'vitest';
import { convHead } from '../families/conv-head.ts';
import { splitPrefix } from '../prefix/split-prefix.ts';
import { parameterShapes } from '../shapes/head-parameters.ts';
import { initialiseHead } from './initialise-head.ts';
import { seededRandom } from './seeded-random.ts';

describe('seededRandom', () => {
  test('is uniform in [0, 1) and the same for the same seed', () => {
    const values = Float64Array.from({ length: 100_000 }, seededRandom(7));
    expect(values.every((value) => value >= 0 && value < 1)).toBe(true);
    const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
    const square = values.reduce((sum, value) => sum + value * value, 0) / values.length;
    // four standard errors: 4 * sqrt(1/12 / n) and 4 * sqrt(4/45 / n)
    expect(Math.abs(mean - 1 / 2)).toBeLessThan(0.0037);
    expect(Math.abs(square - 1 / 3)).toBeLessThan(0.0038);
    expect(Float64Array.from({ length: 100_000 }, seededRandom(7))).toEqual(values);
  });

  test('neighbouring seeds have nothing in common', () => {
    const [a, b] = [1, 2].map((seed) => Array.from({ length: 1000 }, seededRandom(seed)));
    const covariance = a!.reduce((sum, value, index) => sum + (value - 0.5) * (b![index]! - 0.5), 0) / 1000;
    // correlation within four standard errors of zero
    expect(Math.abs(covariance * 12)).toBeLessThan(4 / Math.sqrt(1000));
  });

  test('keeps its sequence across versions', () => {
    const random = seededRandom(0);
    expect([random(), random(), random()].map((value) => value * 2 ** 32)).toEqual([1789933344, 44971166, 2521387044]);
  });
});

describe('initialiseHead', () => {
  const specification = convHead({ inputShape: [16, 8, 8], classes: 10, cascade: true });

  test('draws from the bounds of each layer', () => {
    const { parameters } = initialiseHead(specification, 3);
    expect(Object.fromEntries(Object.entries(parameters).map(([name, { shape }]) => [name, shape]))).toEqual(
      parameterShapes(specification),
    );
    const largest = (name: string) =>
      parameters[name]!.data.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
    const bound = { conv: 1 / Math.sqrt(16 * 9), dense: 1 / Math.sqrt(138) };
    // Of a thousand draws one comes within 5 % of the bound.
    expect(largest('conv0.weight') / bound.conv).toBeGreaterThan(0.95);
    expect(largest('conv0.weight')).toBeLessThanOrEqual(bound.conv);
    expect(largest('conv0.bias')).toBeLessThanOrEqual(bound.conv);
    expect(largest('classifier.weight') / bound.dense).toBeGreaterThan(0.95);
    expect(largest('classifier.weight')).toBeLessThanOrEqual(bound.dense);
    expect([...parameters['cascade.weight']!.data]).toEqual(Array(10).fill(1));
    expect([...parameters['cascade.bias']!.data]).toEqual(Array(10).fill(0));
    expect(parameters['pool.alpha']!.data[0]).toBeGreaterThanOrEqual(0);
    expect(parameters['pool.alpha']!.data[0]).toBeLessThan(1);
  });

  test('same seed, same values; another seed, others', () => {
    expect(initialiseHead(specification, 3)).toEqual(initialiseHead(specification, 3));
    expect(initialiseHead(specification, 3).parameters).not.toEqual(initialiseHead(specification, 4).parameters);
  });

  test('the values do not depend on the prefix', () => {
    const { trained } = splitPrefix(specification);
    expect(initialiseHead(trained, 3).parameters).toEqual(initialiseHead(specification, 3).parameters);
  });
});
