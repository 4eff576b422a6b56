// Rows that say less than they seem to: some classes are missing among them, or the bundle has seen them before.

import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { BundleManifest } from '@ztw/bundle';
import type { EvaluationReport } from '@ztw/core/evaluation';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { fashionNames, writeFashionArrays, writeFashionFolders } from './support/fashion-data.ts';
import { type CommandRun, runInProcess } from './support/run-command.ts';
import { network } from './support/sample-data.ts';

let root: string;
let training: string;
let heldOut: string;
let fresh: string;
let classNames: readonly string[];
const at = (...parts: readonly string[]): string => join(root, ...parts);

const train = (out: string, ...more: readonly string[]): Promise<CommandRun> =>
  runInProcess([
    ...['train', network, '--data', training, '--preset', 'fashion-mnist', '--cuts', '1', '--head', 'pooled'],
    ...['--epochs', '1', '--out', at(out), ...classNames, ...more],
  ]);

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'ztw-rows-'));
  training = await writeFashionFolders(at('training'), 300);
  heldOut = await writeFashionFolders(at('held-out'), 200, 300);
  fresh = await writeFashionFolders(at('fresh'), 100, 500);
  await writeFile(at('names.txt'), fashionNames.join('\n'));
  classNames = ['--class-names', at('names.txt')];
  const { code, stderr } = await train('bundle', '--calibration-data', heldOut);
  expect(code, stderr).toBe(0);
  expect(stderr).not.toContain('Caution');
}, 120_000);
afterAll(() => rm(root, { recursive: true, force: true }));

async function evaluate(bundle: string, ...more: readonly string[]): Promise<EvaluationReport & CommandRun> {
  const args = ['eval', at(bundle), '--out', at('report'), '--overwrite', ...more];
  const run = await runInProcess(args);
  expect(run.code, run.stderr).toBe(0);
  return { ...(JSON.parse(await readFile(at('report', 'report.json'), 'utf8')) as EvaluationReport), ...run };
}

describe('classes without a row', () => {
  // Folders in the order of their names: 20 rows each of Ankle boot, Bag, ...
  const missing = '8 of 10 classes have no row among the 40 calibration rows';

  test('are reported by train, for training and calibration rows', async () => {
    const { code, stderr } = await train('narrow', '--calibration-data', heldOut, '--calibration-rows', ':40');
    expect(code, stderr).toBe(0);
    expect(stderr).toContain(`Caution: ${missing} of ${heldOut} (T-shirt, Trouser, Pullover, Dress,`);
    expect(stderr).not.toContain('training rows of');
  });

  test('are reported by eval, also in the report', async () => {
    const rows = ['--data', heldOut, '--rows', '160:', '--calibration-data', heldOut, '--calibration-rows', ':40'];
    const report = await evaluate('bundle', ...rows);
    const told = report.cautions?.filter((caution) => caution.includes('have no row')) ?? [];
    expect(told).toEqual([
      expect.stringContaining('8 of 10 classes have no row among the 40 reported rows'),
      expect.stringContaining(missing),
    ]);
    for (const caution of told) expect(report.stderr).toContain(caution);
    expect(await readFile(at('report', 'report.html'), 'utf8')).toContain(missing);
    const whole = await evaluate('bundle', '--data', training);
    expect(whole.stderr).not.toContain('have no row');
  });
});

describe('rows that the bundle was made from', () => {
  const thresholds =
    /^Caution: (.*) reported rows of .* are among the rows that the thresholds and the ensemble of .* were chosen on, /m;
  const trained =
    /^Caution: (.*) reported rows of .* are among the rows that the internal classifiers of .* were trained on, /m;

  test('other rows are named as such, without a caution', async () => {
    const report = await evaluate('bundle', '--data', fresh);
    expect(report.stdout).toContain('settings chosen beforehand on other rows');
    expect(report).toMatchObject({ settingsOrigin: { kind: 'other-rows' } });
    expect(report.cautions).toBeUndefined();
    expect(report.stderr).not.toContain('Caution');
    expect(await readFile(at('report', 'report.html'), 'utf8')).toContain('what to expect in use.');
  });

  test('calibration rows are recognised', async () => {
    const report = await evaluate('bundle', '--data', heldOut);
    expect(thresholds.exec(report.stderr)?.[1]).toBe('200 of the 200');
    expect(report.stderr).not.toMatch(trained);
    expect(report.stdout).toContain('settings chosen beforehand, also on 200 of these 200 rows');
    expect(report).toMatchObject({ settingsOrigin: { kind: 'overlapping-rows', rows: 200, isExact: true } });
    expect(report.cautions).toHaveLength(1);
    const page = await readFile(at('report', 'report.html'), 'utf8');
    expect(page).toContain('200 of 200 are calibration rows themselves');
    expect(page).toContain('class="caution"');
  });

  test('copies of training rows in another format under another path are, too', async () => {
    const copy = await writeFashionArrays(at('copy'), 320);
    const report = await evaluate('bundle', '--data', copy);
    expect(trained.exec(report.stderr)?.[1]).toBe('300 of the 320');
    expect(thresholds.exec(report.stderr)?.[1]).toBe('20 of the 320');
  });

  test('rows that settings are chosen on in the same command count too', async () => {
    const report = await evaluate('bundle', '--data', fresh, '--rows', '50:', '--calibration-rows', ':60');
    expect(report.stderr).toMatch(/^Caution: 10 of the 50 reported rows .* settings are chosen on here, /m);
    expect(report.stdout).toContain('also on 10 of these 50 rows');
    const apart = await evaluate('bundle', '--data', fresh, '--rows', '50:', '--calibration-rows', ':50');
    expect(apart.stdout).toContain('settings chosen beforehand on other rows');
  });

  test('a bundle without row hashes reports that overlaps are unknown, and still recognises its calibration data', async () => {
    await cp(at('bundle'), at('old'), { recursive: true });
    const path = at('old', 'manifest.json');
    const manifest = JSON.parse(await readFile(path, 'utf8')) as BundleManifest;
    const { seenRows, ...provenance } = manifest.provenance;
    expect(seenRows).toMatchObject({ training: { rows: 300, hashed: 300 }, calibration: { rows: 200, hashed: 200 } });
    const { sha256: _own, ...early } = { ...manifest, provenance };
    await writeFile(path, JSON.stringify(early));
    const other = await evaluate('old', '--data', fresh);
    expect(other.stdout).toContain('settings chosen beforehand; whether on other rows is not known');
    const own = await evaluate('old', '--data', heldOut);
    expect(thresholds.exec(own.stderr)?.[1]).toBe('200 of the 200');
  });

  test('train warns if calibration rows are training rows', async () => {
    const { code, stderr } = await train('both', '--calibration-data', training, '--calibration-rows', '100:');
    expect(code, stderr).toBe(0);
    expect(stderr).toContain('Caution: 200 of the 200 calibration rows are among the training rows');
    expect(stderr).toContain('Leave --calibration-data out');
  });

  test('two trainings remember the same bytes', async () => {
    const { code, stderr } = await train('again', '--calibration-data', heldOut);
    expect(code, stderr).toBe(0);
    for (const name of ['training', 'calibration']) {
      const [first, second] = await Promise.all(
        ['bundle', 'again'].map((bundle) => readFile(at(bundle, 'seen-rows', `${name}.u64`))),
      );
      expect(second?.equals(first!)).toBe(true);
    }
  });
});
