import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { knownNetworks, placesOf } from '../__fixtures__/known-networks.ts';
import type { HeadCost } from '../head.ts';
import { defaultHeadShares, designHeads, totalHeadCost } from './design-heads.ts';
import { costOfDesign, designsWithCosts } from './designs-with-costs.ts';

const megabytes = (parameters: number): string => ((4 * parameters) / 1e6).toFixed(1);

describe('networks whose default heads cost more than they save', () => {
  // The last exit as a share of the MACs, then the heads' megabytes, each without bounds and with them.
  const costs = {
    'SqueezeNet 1.1': ['174 %', '100 %', '201.6', '0.9'],
    'ShuffleNetV2 x1.0': ['174 %', '100 %', '128.1', '0.9'],
    MobileNetV2: ['109 %', '100 %', '57.6', '1.4'],
    'EfficientNet-B0': ['108 %', '101 %', '62.8', '2.0'],
    GoogLeNet: ['125 %', '100 %', '267.7', '2.5'],
    'ResNet-50': ['133 %', '100 %', '518.7', '9.5'],
    'a face network, 112x112': ['148 %', '106 %', '0.5', '0.2'],
  };

  test.each(knownNetworks)('$name', (known) => {
    const { network, classes, name } = known;
    const { heads, withinBounds } = designHeads({ network, places: placesOf(known), classes });
    const cost = totalHeadCost(heads);
    const before = totalHeadCost(heads.map(({ unbounded }) => unbounded));
    const lastExit = (macs: number): string => `${(100 + (100 * macs) / network.macs).toFixed(0)} %`;

    // With 1,000 classes six of the smallest heads are a fifth of SqueezeNet's bytes.
    expect(withinBounds).toBe(name !== 'SqueezeNet 1.1');
    expect(cost.macs).toBeLessThanOrEqual(0.1 * network.macs);
    const few = 2 ** 14 * heads.length;
    if (withinBounds) expect(cost.parameters).toBeLessThanOrEqual(Math.max(0.1 * network.parameters!, few));
    expect([
      lastExit(before.macs),
      lastExit(cost.macs),
      megabytes(before.parameters),
      megabytes(cost.parameters),
    ]).toEqual(costs[name as keyof typeof costs]);
  });
});

describe('laws', () => {
  const side = fc.integer({ min: 1, max: 60 });
  const channels = fc.integer({ min: 1, max: 2048 });
  const shape = fc.oneof(
    fc.tuple(channels, side, side),
    fc.tuple(fc.integer({ min: 1, max: 200 }), channels),
    fc.tuple(channels),
  );
  const place = fc.record({
    rowShape: shape,
    segment: fc.double({ min: 0, max: 0.5, noNaN: true }),
    cascade: fc.boolean(),
  });
  const job = fc.record({
    macs: fc.integer({ min: 1e4, max: 1e10 }),
    parameters: fc.integer({ min: 1e3, max: 1e8 }),
    classes: fc.integer({ min: 2, max: 2000 }),
    places: fc.array(place, { minLength: 1, maxLength: 8 }),
  });
  const shares = defaultHeadShares;

  test('bounds are kept, or no cheaper head could be had', () => {
    fc.assert(
      fc.property(job, ({ macs, parameters, classes, places: drawn }) => {
        const places = drawn.map(({ rowShape, segment, cascade }) => ({
          rowShape,
          segmentMacs: segment * macs,
          cascade,
        }));
        const network = { macs, parameters };
        const { heads, withinBounds } = designHeads({ network, places, classes });
        const cost = totalHeadCost(heads);
        const designs = places.map(({ rowShape, cascade }) => designsWithCosts(rowShape, { classes, cascade }));
        const most = {
          macs: shares.macsOfAll * macs,
          parameters: Math.max(shares.parametersOfAll * parameters, shares.fewParametersOfEach * places.length),
        };
        for (const [index, head] of heads.entries()) {
          const mostOfOne = {
            macs: Math.min(shares.macs * macs, Math.max(places[index]!.segmentMacs, shares.macsOfShortSegment * macs)),
            parameters: Math.max(shares.parameters * parameters, shares.fewParameters),
          };
          const isWithin = (one: HeadCost): boolean =>
            one.macs <= mostOfOne.macs && one.parameters <= mostOfOne.parameters;
          if (withinBounds) expect(isWithin(head.cost)).toBe(true);
          if (!isWithin(head.cost)) expect(designs[index]!.some((other) => isWithin(other.cost))).toBe(false);
        }
        for (const [resource, other] of [['macs', 'parameters'] as const, ['parameters', 'macs'] as const]) {
          if (cost[resource] <= most[resource]) continue;
          expect(withinBounds).toBe(false);
          for (const [index, head] of heads.entries()) {
            const smallest = designs[index]!.at(-1)!.cost;
            if (smallest[other] <= head.cost[other]) {
              expect(head.cost[resource]).toBeLessThanOrEqual(smallest[resource]);
            }
          }
        }
      }),
      { numRuns: 60 },
    );
  });

  test('a network that is large enough gets the heads that it always got', () => {
    fc.assert(
      fc.property(fc.array(place, { minLength: 1, maxLength: 4 }), ({ length, ...drawn }) => {
        const places = Array.from({ length }, (_, index) => ({ ...drawn[index]!, segmentMacs: 1e14 }));
        const network = { macs: 1e15, parameters: 1e15 };
        for (const head of designHeads({ network, places, classes: 10 }).heads) {
          expect(head.design).toEqual(head.unbounded.design);
        }
      }),
      { numRuns: 20 },
    );
  });
});

describe('what was asked for', () => {
  const place = { rowShape: [512, 13, 13], segmentMacs: 1000, cascade: true };
  const tiny = { macs: 1e6, parameters: 1000 };

  test.each([{ family: 'conv' }, { padding: 0 }, { family: 'pooled', poolSize: 4 }] as const)(
    '%o is obeyed',
    (asked) => {
      const { heads, withinBounds } = designHeads({ network: tiny, places: [place], classes: 1000, asked });
      expect(heads[0]).toMatchObject({ design: asked, chosen: false });
      expect(heads[0]!.cost).toEqual(costOfDesign(place.rowShape, asked, { classes: 1000, cascade: true }));
      expect(withinBounds).toBe(false);
    },
  );

  test('nothing known of the parameters bounds MACs alone', () => {
    const { heads } = designHeads({
      network: { macs: 1e12, parameters: null },
      places: [{ ...place, segmentMacs: 1e12 }],
      classes: 1000,
    });
    expect(heads[0]!.design).toEqual({ family: 'conv' });
  });

  test('pooled heads as the most expensive design', () => {
    const [head] = designHeads({ network: tiny, places: [place], classes: 10, first: 'pooled' }).heads;
    expect(head!.unbounded.design).toEqual({ family: 'pooled' });
    expect(head!.design).toEqual({ family: 'pooled', poolSize: [1, 1] });
  });
});
