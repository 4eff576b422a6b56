// Class folders in another order than the network's outputs, labels that are not the network's, and a normalisation
// that it was not trained with: `ztw train` measures the network by itself and stops.

import { access, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { BundleManifest } from '@ztw/bundle';
import type { EvaluationReport } from '@ztw/core/evaluation';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { ClassifiedImages } from '../src/commands/run/job.ts';
import type { TrainJobResult } from '../src/commands/train/job.ts';
import { fashionNames, writeFashionArrays, writeFashionFolders } from './support/fashion-data.ts';
import { type CommandRun, runInProcess } from './support/run-command.ts';
import { network, writeArrays } from './support/sample-data.ts';

let root: string;
let folders: string;
let names: string;
const at = (...parts: readonly string[]): string => join(root, ...parts);

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'ztw-order-'));
  folders = await writeFashionFolders(at('folders'), 300);
  names = at('names.txt');
  await writeFile(names, `${fashionNames.join('\n')}\n`);
}, 120_000);
afterAll(() => rm(root, { recursive: true, force: true }));

const train = (data: string, out: string, ...more: readonly string[]): Promise<CommandRun> =>
  runInProcess([
    ...['train', network, '--data', data, '--cuts', '1', '--head', 'pooled', '--epochs', '1', '--out', at(out)],
    ...more,
  ]);
const fashion = ['--preset', 'fashion-mnist'];

/** The one line of a training that was refused and left nothing behind. */
async function refused(data: string, ...more: readonly string[]): Promise<string> {
  const { code, stdout, stderr } = await train(data, 'refused', ...more);
  expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
  await expect(access(at('refused'))).rejects.toThrow();
  await expect(access(at('refused.work'))).rejects.toThrow();
  return stderr.split('\n').find((line) => line.startsWith('error: ')) ?? stderr;
}

function json<T>({ stdout, stderr, code }: CommandRun): T {
  expect(code, stderr).toBe(0);
  return JSON.parse(stdout) as T;
}

describe('class folders in another order', () => {
  test('are refused, with the order that explains the answers', async () => {
    const message = await refused(folders, ...fashion);
    for (const [output, name] of fashionNames.entries()) expect(message).toContain(`output ${output} = '${name}'`);
    expect(message).toMatch(/3\d\.\d % of 270 training rows .* but 9\d\.\d %/);
    expect(message).toContain('--class-names FILE');
  });

  test('continue on request, with a caution', async () => {
    const { code, stderr } = await train(folders, 'insisted', ...fashion, '--allow-mismatch');
    expect(code, stderr).toBe(0);
    expect(stderr).toMatch(/^Caution: fashion-resnet20 by itself answers 3/m);
  });

  test('are matched by name with --class-names, and the bundle carries the right names', async () => {
    const run = await train(folders, 'named', ...fashion, '--class-names', names, '--json');
    const { ownAccuracies } = json<TrainJobResult>(run);
    expect(ownAccuracies.map(({ kind, agreement }) => [kind, agreement.rows])).toEqual([
      ['training', 270],
      ['calibration', 30],
    ]);
    for (const { agreement } of ownAccuracies) expect(agreement.accuracy).toBeGreaterThan(0.85);
    expect(run.stderr).toMatch(
      /^fashion-resnet20 by itself: 9\d\.\d % correct on 270 training rows, 95 % interval \d\d\.\d to 9\d\.\d %$/m,
    );
    const manifest = JSON.parse(await readFile(at('named', 'manifest.json'), 'utf8')) as BundleManifest;
    expect(manifest.labels).toEqual(fashionNames);
  });

  test('in a bundle without names, eval, run and bench match by --class-names too', async () => {
    const arrays = await writeFashionArrays(at('arrays'), 200);
    json(await train(arrays, 'nameless', ...fashion, '--json'));
    const evaluate = (...more: readonly string[]): Promise<CommandRun> =>
      runInProcess([
        'eval',
        at('nameless'),
        '--data',
        folders,
        '--out',
        at('report'),
        '--overwrite',
        '--json',
        ...more,
      ]);
    const byPosition = await evaluate();
    expect(json<EvaluationReport>(byPosition).references[0]?.accuracy).toBeLessThan(0.5);
    expect(byPosition.stderr).toContain("in this order: 0 = 'Ankle boot', 1 = 'Bag'");
    const byName = await evaluate('--class-names', names);
    expect(json<EvaluationReport>(byName)).toMatchObject({ labels: fashionNames });
    expect(json<EvaluationReport>(byName).references[0]?.accuracy).toBeGreaterThan(0.85);
    expect(byName.stderr).not.toContain('in this order');
    const named = ['--class-names', names, '--limit', '20', '--threshold', '1'];
    const classified = json<ClassifiedImages>(await runInProcess(['run', at('nameless'), folders, ...named, '--json']));
    expect(classified.accuracy).toBeGreaterThan(0.7);
    for (const { label, labelIndex } of classified.answers) expect(label).toBe(fashionNames[labelIndex]);
    const wrong = at('wrong.txt');
    await writeFile(wrong, 'a\nb\n');
    for (const command of ['eval', 'run', 'bench']) {
      const source = command === 'run' ? [folders] : ['--data', folders];
      const rest = command === 'eval' ? ['--out', at('report'), '--overwrite'] : [];
      const args = [command, at('nameless'), ...source, ...rest, '--class-names', wrong, '--quiet'];
      const { code, stderr } = await runInProcess(args);
      expect({ code, stderr }).toMatchObject({ code: 2, stderr: expect.stringContaining('holds 2 names') });
    }
  });
});

test('--class-names must name every class folder, to the letter', async () => {
  const other = at('other.json');
  await writeFile(other, JSON.stringify(fashionNames.map((name) => (name === 'Bag' ? 'bag' : name))));
  const message = await refused(folders, ...fashion, '--class-names', other);
  expect(message).toContain('does not name 1 of the 10 classes');
  expect(message).toContain('(Bag); 1 of its 10 names are no class there (bag)');
  expect(await refused(folders, ...fashion, '--class-names', at('missing.txt'))).toContain('missing.txt');
});

describe('labels that the network does not know', () => {
  test('are refused as near chance', async () => {
    // Labels that go round within the rows of a class have nothing to do with the images.
    const arrays = await writeFashionArrays(at('random'), 300, (_, row) => Math.floor(row / 10) % 10);
    const message = await refused(arrays, ...fashion);
    expect(message).toMatch(/1\d\.\d % of 270 training rows .*hardly more than guessing among 10 classes \(10\.0 %\)/);
    expect(message).toContain('--allow-mismatch');
  });

  test('on few rows do not stop the training', async () => {
    const few = await writeArrays(at('few'), 20, 1);
    const run = await train(few, 'few-out', ...fashion);
    expect(run.code, run.stderr).toBe(0);
  });
});

describe('the normalisation', () => {
  test('is the preset with which the network is clearly most accurate, if none was given', async () => {
    const { code, stderr } = await train(folders, 'inferred', '--class-names', names);
    expect(code, stderr).toBe(0);
    expect(stderr).toMatch(
      /^Normalisation: --preset fashion-mnist, with .* correct with fashion-mnist 9\d\.\d % of 270 rows .*, none \d\d\.\d %/m,
    );
    const manifest = JSON.parse(await readFile(at('inferred', 'manifest.json'), 'utf8')) as BundleManifest;
    expect(manifest.preprocessing).toMatchObject({ mean: [0.286], std: [0.353] });
  });

  test('is the same where the classes are in another order, which is what stops', async () => {
    expect(await refused(folders)).toContain(`output 0 = '${fashionNames[0]}'`);
  });

  test('is asked for, with the accuracies, where few rows do not tell', async () => {
    const message = await refused(await writeFashionArrays(at('little'), 20));
    expect(message).toMatch(/Expected the normalisation .* fashion-mnist \d+\.\d % of \d+ rows .*Pass --preset/);
    for (const preset of ['none', 'signed', 'bytes']) expect(message).toMatch(new RegExp(`\\b${preset} \\d+\\.\\d %`));
  });

  test('is asked for without labels', async () => {
    expect(await refused(folders, '--no-labels')).toContain('no labels to measure one by');
  });

  test('that the user chose stops if the network is near chance with it', async () => {
    const message = await refused(folders, '--class-names', names, '--mean', '9', '--std', '0.1');
    expect(message).toContain('hardly more than guessing among 10 classes');
  });

  test('is only a caution if the user chose it', async () => {
    const { code, stderr } = await train(folders, 'dull', '--class-names', names, '--preset', 'none');
    expect(code, stderr).toBe(0);
    expect(stderr).toMatch(/^Normalisation of preset none: mean 0; standard deviation 1\.$/m);
    expect(stderr).toMatch(/^Caution: With the normalisation that was given, .* with --preset fashion-mnist, 9/m);
  });
});
