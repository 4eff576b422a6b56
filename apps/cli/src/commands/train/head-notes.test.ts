import type { HeadsReport } from '@ztw/training/onnx';
import { expect, test } from 'vitest';
import { headNotes } from './head-notes.ts';

const cost = { macs: 20, macsShare: 0.02, parameters: 5, parametersShare: 0.05 };
const report: HeadsReport = {
  network: 'net',
  asked: false,
  heads: [
    { cut: 'first', design: { family: 'conv' }, ...cost, insteadOf: null },
    {
      cut: 'second',
      design: { family: 'pool-conv', channelDivisor: 4, reducedSize: [7, 7], poolSize: [2, 1], bottleneck: 64 },
      ...cost,
      insteadOf: { design: { family: 'conv' }, macs: 900, macsShare: 0.9, parameters: 800, parametersShare: 8 },
    },
  ],
  cutsLeftOut: 0,
  total: { macs: 40, macsShare: 0.04, parameters: 10, parametersShare: 0.1 },
  withinBounds: true,
};

test('what all heads cost, and which cut has a cheaper one', () => {
  expect(headNotes(report)).toEqual([
    "net: its 2 head(s) cost 4.0 % of the network's MACs, so that the last exit costs 104.0 %, and have 10.0 % as many parameters.",
    'Note: net, cut second: the head is pool-conv, channels / 4, on 7x7, pooled to 2x1, bottleneck 64 (2.0 % of the MACs, 5.0 % as many parameters) instead of conv, which is too expensive (90.0 % of the MACs, 800.0 % as many parameters). --head conv takes that.',
  ]);
});

test('fewer cuts than usual', () => {
  expect(headNotes({ ...report, cutsLeftOut: 3 })).toContain(
    'Note: net is cut at 2 place(s) instead of 5, because more heads would be too expensive. --cuts 5 takes all.',
  );
});

test.each([
  [true, '--head auto without options takes cheaper ones'],
  [false, 'fewer cuts cost less'],
])('expensive heads, asked for: %s', (asked, advice) => {
  const caution = headNotes({ ...report, asked, withinBounds: false }).at(-1);
  expect(caution).toMatch(/^Caution: these heads are expensive beside net/);
  expect(caution).toContain(advice);
});
