import { type Outcome, outcomes } from '../target.ts';
import { emptyTally, type Tally } from './ledger.ts';

export interface TableRow {
  readonly name: string;
  readonly tally: Tally;
}

/** Outcomes that are defects. */
export const defects: readonly Outcome[] = ['untyped', 'silent', 'hang', 'crash'];

/** Inputs with an outcome that must not occur. */
export function defectsIn(tally: Tally): number {
  return defects.reduce((sum, outcome) => sum + tally[outcome], 0);
}

export function sumOf(tallies: readonly Tally[]): Tally {
  const sum = emptyTally();
  for (const tally of tallies) for (const outcome of outcomes) sum[outcome] += tally[outcome];
  return sum;
}

/** A Markdown table of parsers and outcomes, with the total. */
export function fuzzTable(rows: readonly TableRow[]): string {
  const cells = [
    ['parser', 'inputs', ...outcomes],
    ['---', ...Array.from({ length: outcomes.length + 1 }, () => '---:')],
    ...[...rows, { name: 'all', tally: sumOf(rows.map(({ tally }) => tally)) }].map(({ name, tally }) => {
      const counts = outcomes.map((outcome) => tally[outcome]);
      const inputs = counts.reduce((sum, count) => sum + count, 0);
      return [name, ...[inputs, ...counts].map((count) => count.toLocaleString('en'))];
    }),
  ];
  return cells.map((row) => `| ${row.join(' | ')} |`).join('\n');
}
