// Compares the accuracy of each IC with that of the original PyTorch code at the same cuts, from a report of `ztw eval`
// over all test rows.
//
//   pnpm --filter @ztw/bench compare-with-reference REPORT.json REFERENCE.json
//
// The scores of the reference are those of the ICs alone, before any ensemble. So only methods of the report without an
// ensemble are compared.

import { readFile } from 'node:fs/promises';
import type { EvaluationReport } from '@ztw/core/evaluation';

interface Reference {
  readonly methods: Readonly<Record<string, { readonly threshold: { readonly head_scores: readonly number[] } }>>;
}

const [reportPath, referencePath] = process.argv.slice(2);
if (reportPath === undefined || referencePath === undefined) {
  throw new Error('Expected two paths: the report.json of `ztw eval`, and the reference.json to compare with.');
}
const report = JSON.parse(await readFile(reportPath, 'utf8')) as EvaluationReport;
// Python's json module writes NaN, which is not valid JSON.
const reference = JSON.parse((await readFile(referencePath, 'utf8')).replaceAll('NaN', 'null')) as Reference;

console.log(`Rows: ${report.rows}.`);
for (const [reportName, referenceName] of [
  ['SDN', 'sdn'],
  ['ZTW, no ensemble', 'ztw'],
] as const) {
  const exits = report.methods.find(({ name }) => name === reportName)?.exits;
  const scores = reference.methods[referenceName]?.threshold.head_scores;
  if (exits === undefined || scores === undefined) continue;
  if (exits.length !== scores.length) {
    throw new Error(
      `Expected ${scores.length} exits of ${reportName}, as in the reference; received a report with ${exits.length}.`,
    );
  }
  console.log(`\n| ${reportName}: IC | ours | reference | difference |\n| ---: | ---: | ---: | ---: |`);
  // The last exit is the backbone's own output, which was not trained here.
  const differences = scores.slice(0, -1).map((score, exit) => {
    const ours = exits[exit]?.accuracy ?? Number.NaN;
    const difference = 100 * (ours - score);
    console.log(`| ${exit} | ${(100 * ours).toFixed(2)} | ${(100 * score).toFixed(2)} | ${signed(difference)} |`);
    return difference;
  });
  const mean = differences.reduce((sum, value) => sum + value, 0) / differences.length;
  console.log(`\n${reportName}: mean ${signed(mean)} points, worst IC ${signed(Math.min(...differences))} points.`);
}

function signed(points: number): string {
  return `${points >= 0 ? '+' : ''}${points.toFixed(2)}`;
}
