import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { describe, expect, test } from 'vitest';
import {
  analyseGraph,
  type Cut,
  chooseCuts,
  compileNetwork,
  type GraphAnalysis,
  parseCutSelection,
  readModel,
} from '../src/index.ts';
import { fashionPath, sharedNetworks } from './support/shared.ts';
import { initialHeads, largestDifference, randomRows, runStaged } from './support/staged.ts';
import { runModel, wasmProbe } from './support/wasm.ts';

/** Stages let the runtime fuse other nodes than the whole network does; logits are of order 10. */
const atol = 2e-5;

async function expectStagedEqualsWhole(
  bytes: Uint8Array,
  analysis: GraphAnalysis,
  cuts: readonly Cut[],
  rewrite = true,
) {
  const heads = initialHeads(cuts, analysis.classes);
  const compiled = compileNetwork({ analysis, cuts, heads, name: 'net', pathPrefix: 'networks/0/', rewrite });
  const batches = [1, 3, 32].map((rows) => randomRows(rows, analysis.input.rowShape, rows));
  const staged = await runStaged(compiled, batches);
  for (const [index, batch] of batches.entries()) {
    const whole = await runModel(bytes, { [analysis.input.name]: batch });
    const logits = whole[analysis.source.model.graph.output[0]!.name]!.data;
    expect(largestDifference(staged[index]!.at(-1)!, logits)).toBeLessThanOrEqual(atol);
    for (const exit of staged[index]!) expect(exit.every(Number.isFinite)).toBe(true);
  }
}

describe('the network of the repository', () => {
  const bytes = readFileSync(fashionPath);
  const analysed = analyseGraph(readModel(bytes), wasmProbe);

  test.each(['none', 'auto', 'all', '1', '8', '0.5'])('cut %s', async (selection) => {
    const analysis = await analysed;
    await expectStagedEqualsWhole(bytes, analysis, chooseCuts(analysis, parseCutSelection(selection)));
  });

  test('cut at every legal place of the main path at once, inside of blocks too', async () => {
    const analysis = await analysed;
    const names = analysis.cuts.map(({ name }) => name).filter((name) => !name.includes('/sc/'));
    const cuts = chooseCuts(analysis, { kind: 'names', names });
    expect(cuts).toHaveLength(48);
    expect(cuts.filter(({ tensors }) => tensors.length === 2)).toHaveLength(27);
    await expectStagedEqualsWhole(bytes, analysis, cuts);
  });
});

test.each(sharedNetworks().map((path) => [basename(path), path] as const))(
  '%s',
  { timeout: 120_000 },
  async (_name, path) => {
    const bytes = readFileSync(path);
    const analysis = await analyseGraph(readModel(bytes), wasmProbe);
    const inside = analysis.cuts.filter(({ tensors }) => tensors.length === 2 && tensors[0]!.rowShape.length < 4);
    const some = [inside.at(3), inside.at(-3)].flatMap((cut) => cut?.name ?? []);
    await expectStagedEqualsWhole(bytes, analysis, chooseCuts(analysis, { kind: 'auto' }));
    await expectStagedEqualsWhole(bytes, analysis, chooseCuts(analysis, { kind: 'all' }), false);
    await expectStagedEqualsWhole(bytes, analysis, chooseCuts(analysis, { kind: 'names', names: some }));
  },
);
