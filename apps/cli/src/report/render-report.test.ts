import type { EvaluationReport } from '@ztw/core/evaluation';
import { describe, expect, it } from 'vitest';
import { madeReport } from './__fixtures__/made-report.ts';
import { renderReport } from './render-report.ts';

const report = madeReport();
const page = renderReport(report);

/** The text that a reader sees. */
function textOf(markup: string): string {
  return markup
    .replace(/<style[\s\S]*?<\/style>/g, '')
    .replace(/<[^>]*>/g, ' ')
    .replaceAll('&gt;', '>')
    .replace(/\s+/g, ' ');
}

describe('renderReport', () => {
  it('loads nothing and runs nothing', () => {
    expect(page.replaceAll(/ xmlns(:xlink)?="[^"]*"/g, '')).not.toMatch(
      /https?:|\/\/|<script|<link|<img|<iframe|@import|url\((?!#)/i,
    );
    expect(page).toContain('default-src &#39;none&#39;');
    expect(page).not.toMatch(/\son[a-z]+=/i);
  });

  it('shows cautions, escaped, before the numbers', () => {
    const careful = renderReport(madeReport({ changes: { cautions: ['Caution: <8> of 10 classes'] } }));
    expect(careful).toContain('<p class="caution">Caution: &lt;8&gt; of 10 classes</p>');
    expect(careful.indexOf('&lt;8&gt;')).toBeLessThan(careful.indexOf('class="facts"'));
    expect(page).not.toContain('class="caution"');
  });

  it('gives the same text for the same report', () => {
    expect(renderReport(JSON.parse(JSON.stringify(report)) as EvaluationReport)).toBe(page);
  });

  it('uses every id once, and every reference to one exists', () => {
    const ids = [...page.matchAll(/ id="([^"]+)"/g)].map((match) => match[1]);
    expect(new Set(ids).size).toBe(ids.length);
    const used = [...page.matchAll(/aria-labelledby="([^"]+)"|url\(#([^)]+)\)/g)].flatMap((match) =>
      (match[1] ?? match[2] ?? '').split(' '),
    );
    expect(used.length).toBeGreaterThan(5);
    for (const id of used) expect(ids).toContain(id);
  });

  it('says every accuracy at a budget under both protocols', () => {
    const text = textOf(page);
    for (const method of report.methods) {
      expect(text).toContain(method.name);
      for (const { calibrated, swept } of method.budgets) {
        for (const reading of [calibrated, swept]) {
          if (reading)
            expect(text).toContain(`${(reading.accuracy * 100).toFixed(2)} % ${(reading.cost * 100).toFixed(1)} %`);
        }
      }
    }
    expect(text).toContain('Settings chosen beforehand');
    expect(text).toContain('Settings swept on the reported rows');
  });

  it('says accuracy, hindsight improvability and calibration of every exit', () => {
    const text = textOf(page);
    for (const exit of report.methods.flatMap((method) => method.exits)) {
      const numbers = [
        exit.accuracy * 100,
        exit.hindsightImprovability * 100,
        exit.ksCalibrationError * 100,
        exit.expectedCalibrationError * 100,
      ];
      expect(text).toContain(numbers.map((value, index) => `${value.toFixed(index === 0 ? 2 : 1)} %`).join(' '));
    }
  });

  it('draws each chart wide and narrow, each with a title and a description', () => {
    const charts = page.match(/<svg role="img"[^>]*><title[^>]*>[^<]+<\/title><desc[^>]*>[^<]+<\/desc>/g) ?? [];
    // Accuracy against cost, and one histogram per method.
    expect(charts).toHaveLength(2 * (1 + report.methods.length));
  });

  it('draws in the colors of the scheme and leaves no stand-in', () => {
    expect(page).toContain('var(--series-3)');
    expect(page).not.toMatch(/#f0f1/);
    expect(page).not.toMatch(/zr\d+-/);
  });

  it('escapes all texts of the report', () => {
    const nasty = '<img src=x onerror="alert(1)">&\'';
    const [first, ...rest] = report.methods;
    const changes = {
      title: nasty,
      references: [{ name: nasty, accuracy: 0.9, macs: 1e6 }],
      methods: [{ ...first!, name: nasty, exits: first!.exits.map((exit) => ({ ...exit, name: nasty })) }, ...rest],
      skipped: [{ name: nasty, reason: nasty }],
      provenance: { [nasty]: nasty, deep: { list: [nasty] } },
    };
    const markup = renderReport(madeReport({ changes }));
    expect(markup).not.toMatch(/<img|onerror="/);
    expect(markup.match(/&lt;img src=x/g)?.length).toBeGreaterThan(10);
  });

  it('names what was skipped, and how many more', () => {
    const skipped = Array.from({ length: 60 }, (_, index) => ({ name: `image-${index}.jpg`, reason: 'it is damaged' }));
    const text = textOf(renderReport(madeReport({ changes: { skipped } })));
    expect(text).toContain('Skipped images (60)');
    expect(text).toContain('image-49.jpg it is damaged');
    expect(text).not.toContain('image-50.jpg');
    expect(text).toContain('10 more are in report.json');
    expect(renderReport(madeReport({ changes: { skipped: [] } }))).not.toContain('Skipped images');
  });

  it('flattens provenance and keeps every fact', () => {
    const provenance = { seed: 1, data: { name: 'x.tar', rows: [1, 2, 3] }, nothing: null };
    const text = textOf(renderReport(madeReport({ changes: { provenance } })));
    expect(text).toContain('seed 1 data.name x.tar data.rows 1, 2, 3 nothing null');
  });

  it('can show a report without methods, references, budgets or right answers', () => {
    expect(textOf(renderReport(madeReport({ changes: { methods: [] } })))).toContain('holds no method');
    expect(renderReport(madeReport({ changes: { references: [] } }))).toContain('</html>');
    const methods = report.methods.map((method) => ({
      ...method,
      budgets: method.budgets.map((row) => ({ ...row, calibrated: null, swept: null, interpolated: null })),
    }));
    const text = textOf(renderReport(madeReport({ changes: { methods } })));
    expect(text).not.toContain('Settings chosen beforehand');
    expect(text).toContain('–');
    const wrong = report.methods.map((method) => ({ ...method, curve: [{ setting: 0, accuracy: 0, cost: 0 }] }));
    expect(renderReport(madeReport({ changes: { methods: wrong } }))).not.toMatch(/NaN|Infinity|undefined/);
  });

  it('shows times beside MACs if they were measured', () => {
    expect(page).not.toContain(' ms');
    const timed = madeReport({ timed: true });
    const text = textOf(renderReport(timed));
    expect(text).toContain('milliseconds per image in batches of 1');
    expect(text).toContain('a made-up device. The uncut network takes 12.5 ms.');
    for (const { times } of timed.methods) {
      for (const { swept } of times?.budgets ?? []) {
        if (swept)
          expect(text).toContain(`${(100 * swept.cost).toFixed(1)} %, ${swept.milliseconds.toPrecision(3)} ms`);
      }
    }
    expect(text).toContain('Budget 5.00 ms');
    expect(text).not.toMatch(/NaN|undefined/);
    const methods = timed.methods.map((method) => ({ ...method, budgets: [] }));
    expect(textOf(renderReport({ ...timed, methods }))).toContain('9.00 ms');
  });

  it('keeps budgets apart that round to one label', () => {
    const [first] = report.methods;
    const [row] = first!.budgets;
    const budgets = [row!, { ...row!, budget: row!.budget + 0.001 }];
    const markup = renderReport(madeReport({ changes: { methods: [{ ...first!, budgets }] } }));
    expect(markup).toContain('<th scope="col">25 %</th><th scope="col">25 %</th>');
  });

  it('shows out-of-distribution detection if it was measured', () => {
    expect(page).not.toContain('OOD');
    const methods = report.methods.map((method) => ({
      ...method,
      exits: method.exits.map((exit) => ({ ...exit, outOfDistributionAuroc: 0.8765 })),
    }));
    expect(textOf(renderReport(madeReport({ changes: { methods } })))).toContain('0.876');
  });

  it('draws methods of different backbones on the cost of the largest', () => {
    const [first] = report.methods;
    const half = { ...first!, name: 'half', backboneMacs: first!.backboneMacs / 2 };
    const markup = renderReport(madeReport({ changes: { methods: [first!, half] } }));
    // The wide chart comes first, its curves in the order of the methods.
    const [whole, halved] = [
      ...markup.matchAll(/<path d="M([^"]+)"[^>]*stroke="var\(--series-[12]\)"[^>]*stroke-width="2.25"/g),
    ]
      .map((match) => [...(match[1] ?? '').matchAll(/([\d.]+) [\d.]+/g)].map((point) => Number(point[1])))
      .map((places) => ({ from: places[0]!, to: places.at(-1)! })) as [
      { from: number; to: number },
      { from: number; to: number },
    ];
    const costs = first!.curve.map((point) => point.cost);
    const pixelsPerCost = (whole.to - whole.from) / (costs.at(-1)! - costs[0]!);
    const zero = whole.from - costs[0]! * pixelsPerCost;
    // Drawings are rounded to tenths of a pixel.
    expect(Math.abs(zero + (costs.at(-1)! / 2) * pixelsPerCost - halved.to)).toBeLessThan(0.5);
  });
});
