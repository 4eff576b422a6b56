import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { classify, confidenceThreshold, DisposedError, never, patience } from '@ztw/core';
import { loadBundle } from '@ztw/runtime-onnx';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { fashionBundle, fashionLabels, fashionThreshold, stripedImages } from '../../test/support/fashion-bundle.ts';
import { ort, runtimes, tf } from '../../test/support/runtimes.ts';
import { loadClassifier } from '../node.ts';
import { normalisePixels } from '../pixels/normalise-pixels.ts';

let files: ReadonlyMap<string, Uint8Array>;
let folder: string;

beforeAll(async () => {
  files = await fashionBundle(ort);
  folder = await mkdtemp(join(tmpdir(), 'ztw-classifier-'));
  for (const [path, bytes] of files) {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), bytes);
  }
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const read = async (path: string): Promise<Uint8Array> => {
  const bytes = files.get(path);
  if (bytes === undefined) throw new Error(`no such file: ${path}`);
  return bytes;
};

const images = stripedImages(24);

describe.each(runtimes)('$name', ({ runtime }) => {
  test('answers images as the loop of the core answers their rows', async () => {
    await using classifier = await loadClassifier(read, runtime);
    const results = await classifier.classify(images, { threshold: fashionThreshold });
    const { model, ensemble } = await loadBundle({ ort, bundle: read });
    const data = new Float32Array(images.length * 784);
    const pixels = Uint8Array.from(images.flatMap((image) => [...image.data]));
    normalisePixels(pixels, data, classifier.manifest.preprocessing!);
    const policy = confidenceThreshold(fashionThreshold);
    const expected = await classify(model, { data, rows: images.length }, { ensemble, policy });
    await model[Symbol.asyncDispose]();
    expect(results.map(({ exit, label }) => [exit, label])).toEqual(
      expected.results.map(({ exitIndex, label }) => [exitIndex, label]),
    );
    expect(new Set(results.map(({ exit }) => exit)).size).toBeGreaterThan(2);
    for (const [row, { probabilities, macsFraction }] of expected.results.entries()) {
      // Two runtimes sum in another order.
      expect(results[row]!.probability).toBeCloseTo(Math.max(...probabilities), 4);
      expect(results[row]!.cost).toBe(macsFraction);
    }
  });

  test('gives one answer for one image, with the classes in order', async () => {
    await using classifier = await loadClassifier(read, runtime);
    const [image] = images;
    const result = await classifier.classify(image!, { budget: 0.5, top: 3 });
    expect(result.top).toHaveLength(3);
    expect(result.top[0]).toEqual({
      label: result.label,
      labelIndex: result.labelIndex,
      probability: result.probability,
    });
    expect(result.label).toBe(fashionLabels[result.labelIndex]);
    expect(result.top[0]!.probability).toBeGreaterThanOrEqual(result.top[1]!.probability);
    expect(classifier.stages[result.exit]).toEqual({ name: result.exitName, cost: result.cost });
    expect(result.milliseconds).toBeGreaterThan(0);
    expect((await classifier.classify(image!)).top).toHaveLength(5);
    expect(classifier.explain(result)).toContain(`${result.label} with`);
  });

  test('refines an answer exit by exit, up to the answer of the whole network', async () => {
    await using classifier = await loadClassifier(read, runtime);
    const [image] = images;
    const answers = [];
    for await (const answer of classifier.refine(image!, { threshold: fashionThreshold })) answers.push(answer);
    expect(answers.map(({ exit }) => exit)).toEqual(classifier.stages.map((_, exit) => exit));
    expect(answers.map(({ isFinal }) => isFinal)).toEqual(
      classifier.stages.map((_, exit) => exit === answers.length - 1),
    );
    const whole = await classifier.classify(image!, { policy: never() });
    expect(answers.at(-1)).toMatchObject({ label: whole.label, exit: whole.exit, cost: whole.cost });
    const early = await classifier.classify(image!, { threshold: fashionThreshold });
    expect(answers.find(({ isEnough }) => isEnough)).toMatchObject({ exit: early.exit, label: early.label });
    expect(answers.map(({ isEnough }) => isEnough)).toEqual(answers.map(({ exit }) => exit >= early.exit));
  });

  test('answers a stream as it answers a list', async () => {
    await using classifier = await loadClassifier(read, runtime);
    async function* source() {
      yield* images;
    }
    const results = [];
    for await (const result of classifier.stream(source(), { budget: 0.5, batchSize: 5 })) results.push(result);
    const expected = await classifier.classify(images, { budget: 0.5 });
    const essential = (list: typeof expected) => list.map(({ label, exit }) => [label, exit]);
    expect(essential(results)).toEqual(essential(expected));
  });

  test('frees everything, and refuses to go on', async () => {
    const before = tf.memory().numTensors;
    const classifier = await loadClassifier(read, runtime);
    const underWay = classifier.classify(images);
    await classifier.dispose();
    await classifier.dispose();
    expect(await underWay).toHaveLength(images.length);
    expect(tf.memory().numTensors).toBe(before);
    await expect(classifier.classify(images)).rejects.toThrow(DisposedError);
    await expect(classifier.refine(images[0]!).next()).rejects.toThrow(DisposedError);
  });
});

const { runtime } = runtimes[0]!;

describe('inputs', () => {
  test('rows, single and many, are taken as they are', async () => {
    await using classifier = await loadClassifier(read, runtime);
    const data = Float32Array.from({ length: 3 * 784 }, (_, index) => Math.sin(index / 9));
    const all = await classifier.classify({ data, rows: 3 });
    const second = await classifier.classify(data.slice(784, 2 * 784));
    expect(all).toHaveLength(3);
    expect(all[1]).toMatchObject({ label: second.label, exit: second.exit });
    expect(await classifier.classify({ data: new Float32Array(0), rows: 0 })).toEqual([]);
    expect(await classifier.classify([])).toEqual([]);
  });

  test('files, bytes, blobs and paths of an image are the same image', async () => {
    await using classifier = await loadClassifier(read, runtime);
    const [photo] = stripedImages(1, 90, 3);
    const { data, width, height, channels } = photo!;
    const png = await sharp(data, { raw: { width, height, channels } }).png().toBuffer();
    const path = join(folder, 'photo.png');
    await writeFile(path, png);
    const expected = await classifier.classify(photo!);
    const ways = [path, pathToFileURL(path), png, new Uint8Array(png).buffer, new Blob([new Uint8Array(png)])];
    for (const result of await classifier.classify(ways)) {
      expect(result).toEqual({ ...expected, milliseconds: result.milliseconds });
    }
  });

  test('an alpha channel is left out', async () => {
    await using classifier = await loadClassifier(read, runtime);
    const [opaque] = stripedImages(1, 28, 3);
    const [withAlpha] = stripedImages(1, 28, 4);
    for (let pixel = 0; pixel < 784; pixel++)
      withAlpha!.data.set(opaque!.data.subarray(3 * pixel, 3 * pixel + 3), 4 * pixel);
    const [first, second] = await classifier.classify([opaque!, withAlpha!]);
    expect(first!.top).toEqual(second!.top);
  });
});

describe('sources', () => {
  test('a folder, its manifest, a file address and bytes as an ArrayBuffer', async () => {
    const sources = [
      folder,
      join(folder, 'manifest.json'),
      pathToFileURL(folder),
      async (path: string) => new Uint8Array(await read(path)).buffer,
    ];
    for (const source of sources) {
      await using classifier = await loadClassifier(source, runtime);
      expect(classifier.labels).toEqual(fashionLabels);
      expect(classifier.stagesLoaded).toBe(classifier.stages.length);
    }
  });
});

describe('policies', () => {
  test('without a choice, the most accurate operating point within the full network', async () => {
    await using classifier = await loadClassifier(read, runtime);
    const [standard, explicit] = await Promise.all([
      classifier.classify(images),
      classifier.classify(images, { policy: confidenceThreshold(0.26) }),
    ]);
    expect(standard.map(({ exit }) => exit)).toEqual(explicit.map(({ exit }) => exit));
  });

  test('any policy runs, and a budget in milliseconds is measured', async () => {
    const { sha256: _, ...manifest } = JSON.parse(new TextDecoder().decode(files.get('manifest.json')));
    const stages = manifest.networks[0].stages.length;
    for (const point of manifest.operatingPoints) point.exitShares = Array(stages).fill(1 / stages);
    const changed = new TextEncoder().encode(JSON.stringify(manifest));
    const source = (path: string) => (path === 'manifest.json' ? Promise.resolve(changed) : read(path));
    await using classifier = await loadClassifier(source, runtime);
    expect(await classifier.classify(images, { policy: patience(2) })).toHaveLength(images.length);
    expect(await classifier.classify(images, { budget: { milliseconds: 60_000 } })).toHaveLength(images.length);
    await expect(classifier.classify(images, { budget: { milliseconds: 1e-9 } })).rejects.toThrow(/ms per row/);
  });

  test('a time limit keeps the best answer so far', async () => {
    await using classifier = await loadClassifier(read, runtime);
    const results = await classifier.classify(images, { policy: never(), maxMilliseconds: 0 });
    expect(new Set(results.map(({ exit }) => exit))).toEqual(new Set([0]));
  });
});
