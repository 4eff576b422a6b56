import { describe, expect, it } from 'vitest';
import { InvalidInputError } from '../errors/errors.ts';
import { costsOfPrices, cumulativeCosts, type ExitPrices, meanCost, wholeCost } from './exit-costs.ts';

const prices: ExitPrices = { unit: 'milliseconds', segments: [10, 20, 30], heads: [1, 2, 0], whole: 55 };

describe('costs of exits', () => {
  it('add up everything that a row has been through', () => {
    expect(cumulativeCosts([10, 20, 30])).toEqual([10, 30, 60]);
    expect(costsOfPrices(prices)).toEqual({ unit: 'milliseconds', perExit: [11, 33, 63], whole: 55 });
  });

  it('leave out the heads of exits that are not kept, and nothing else', () => {
    expect(costsOfPrices(prices, [1, 2]).perExit).toEqual([32, 62]);
    expect(costsOfPrices(prices, [2]).perExit).toEqual([60]);
  });

  it('are averaged over the rows, counted or in shares', () => {
    expect(meanCost([3, 1], { perExit: [2, 4] })).toBe(2.5);
    expect(meanCost([0.75, 0.25], { perExit: [2, 4] })).toBe(2.5);
  });

  it.each([null, 0, -1, Number.NaN, Number.POSITIVE_INFINITY])('have no shares of a whole of %s', (whole) => {
    expect(() => wholeCost({ unit: 'milliseconds', perExit: [1], whole })).toThrow(InvalidInputError);
    expect(() => wholeCost({ unit: 'milliseconds', perExit: [1], whole })).toThrow(/milliseconds/);
  });
});
