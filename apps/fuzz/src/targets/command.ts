import { existsSync } from 'node:fs';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { smallLayersModel } from '../../../../packages/runtime-tfjs/src/__fixtures__/tensorflow-networks.ts';
import { savedNetwork } from '../../../../packages/runtime-tfjs/test/support/saved-network.ts';
import { runCommandLine } from '../../../cli/src/program/run-command-line.ts';
import { silentProgress } from '../../../cli/src/progress/silent-progress.ts';
import type { Files } from '../make/bundle-files.ts';
import { changeBundle } from '../make/change-bundle.ts';
import { mutateBytes } from '../make/mutate-bytes.ts';
import { mutateDocument } from '../make/mutate-document.ts';
import { disfigure } from '../make/mutate-network.ts';
import { randomNetwork } from '../make/random-network.ts';
import { runnableBundle, smallNetwork } from '../make/runnable-bundle.ts';
import { sampleImages } from '../make/sample-images.ts';
import { tarOf } from '../make/tar-of.ts';
import type { Random } from '../random.ts';
import { type FuzzTarget, mustHold, UntypedRefusal } from '../target.ts';
import { tensorflowOn } from './tensorflow-on.ts';

/**
 * Whole command lines on changed files. Each ends with a result, or with one error that is expected; after an error there
 * is no output.
 */
export const command: FuzzTarget = {
  name: 'the whole command',
  share: 2,
  async open(folder) {
    await tensorflowOn('cpu');
    const samples: Samples = {
      bundle: await runnableBundle(),
      images: await sampleImages(),
      layersModel: await savedNetwork(smallLayersModel()),
    };
    return async (random) => {
      await rm(folder, { recursive: true, force: true });
      const line = random.pick(lines);
      const out = join(folder, 'out');
      const args = [...(await line(folder, samples, random)), ...strangeFlags(random)];
      const { code, stdout, stderr } = await run(args);
      const shown = (): string => `ztw ${args.join(' ')}: ${code} ${stderr}`;
      if (code === 0) {
        mustHold(stdout !== '' || existsSync(out), () => `nothing came out of ${shown()}`);
        return 'accepted';
      }
      if (code !== 1 && code !== 2) throw new UntypedRefusal(shown());
      if (!stderr.includes('error:') || stderr.includes('unexpected error')) throw new UntypedRefusal(shown());
      mustHold(!existsSync(out), () => `${out} is there after ${shown()}`);
      return 'typed';
    };
  },
};

interface Samples {
  readonly bundle: Files;
  readonly images: readonly Uint8Array[];
  readonly layersModel: Awaited<ReturnType<typeof savedNetwork>>;
}

/** Writes files, and returns the arguments of a command line that reads them. */
type Line = (folder: string, samples: Samples, random: Random) => Promise<readonly string[]>;

const inspectNetwork: Line = async (folder, _samples, random) => {
  const file = random.chance(0.5) ? disfigure(randomNetwork(random), random) : randomNetwork(random);
  await write(folder, 'network.onnx', file);
  return ['inspect', join(folder, 'network.onnx')];
};

const inspectBundle: Line = async (folder, samples, random) => ['inspect', await bundle(folder, samples, random)];

const runImages: Line = async (folder, samples, random) => [
  ...['run', await bundle(folder, samples, random), await imageData(folder, samples, random)],
  ...random.pick([[], ['--json'], ['--csv'], ['--budget', '0.5'], ['--threshold', '0.5'], ['--batch', '4']]),
];

const evaluate: Line = async (folder, samples, random) => [
  ...['eval', await bundle(folder, samples, random), '--data', await imageData(folder, samples, random)],
  ...random.pick([[], ['--out', join(folder, 'out')], ['--json']]),
];

const exportFile: Line = async (folder, samples, random) => [
  ...['export', await bundle(folder, samples, random), '--out', join(folder, 'out')],
];

const convert: Line = async (folder, { layersModel: { json, weightData } }, random) => {
  await write(folder, 'model.json', mutateDocument(json, random));
  await write(folder, 'shard.bin', random.chance(0.9) ? new Uint8Array(weightData) : random.bytes(100));
  return ['convert', join(folder, 'model.json'), '--out', join(folder, 'out')];
};

const train: Line = async (folder, samples, random) => {
  const network = random.chance(0.7) ? smallNetwork() : disfigure(smallNetwork(), random);
  await write(folder, 'network.onnx', network);
  return [
    ...['train', join(folder, 'network.onnx'), '--data', await imageData(folder, samples, random)],
    ...['--out', join(folder, 'out'), '--work', join(folder, 'work'), '--epochs', '1', '--cuts', '1'],
    ...['--allow-mismatch'],
  ];
};

const lines: readonly Line[] = [
  inspectNetwork,
  inspectBundle,
  runImages,
  runImages,
  runImages,
  evaluate,
  evaluate,
  exportFile,
  convert,
  train,
];

const strange = ['', '-1', '0', '1e309', 'NaN', '0x10', '../..', '/dev/null', 'null', '__proto__', '1,2,3', '🙂'];
const flags = ['--limit', '--batch', '--budget', '--threshold', '--policy', '--class-names', '--runtime', '--nonsense'];

function strangeFlags(random: Random): readonly string[] {
  if (random.chance(0.85)) return [];
  return random.chance(0.8) ? [random.pick(flags), random.pick(strange)] : [random.pick(strange)];
}

async function bundle(folder: string, samples: Samples, random: Random): Promise<string> {
  const files = random.chance(0.3) ? samples.bundle : await changeBundle(samples.bundle, random);
  for (const [path, bytes] of files) await write(join(folder, 'bundle'), path, bytes);
  return join(folder, 'bundle');
}

/** A folder of images in classes, or an archive of the same; some of them changed. */
async function imageData(folder: string, { images }: Samples, random: Random): Promise<string> {
  const files = images.map((image, index) => {
    const name = `${['ant', 'bee', 'cow'][index % 3]}/${index}.png`;
    return [name, random.chance(0.85) ? image : mutateBytes(image, random, 2)] as const;
  });
  if (random.chance(0.3)) {
    const archive = tarOf(files);
    await write(folder, 'images.tar', random.chance(0.7) ? archive : mutateBytes(archive, random, 2));
    return join(folder, 'images.tar');
  }
  for (const [name, bytes] of files) await write(join(folder, 'images'), name, bytes);
  return join(folder, 'images');
}

async function write(folder: string, name: string, bytes: Uint8Array): Promise<void> {
  const path = join(folder, name);
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, bytes);
}

async function run(args: readonly string[]): Promise<{ code: number; stdout: string; stderr: string }> {
  let stdout = '';
  let stderr = '';
  const code = await runCommandLine(args, {
    writeResult: (text) => {
      stdout += text;
    },
    writeDiagnostic: (text) => {
      stderr += text;
    },
    colours: false,
    columns: 120,
    args,
    signal: new AbortController().signal,
    progressDisplay: silentProgress,
  });
  return { code, stdout, stderr };
}
