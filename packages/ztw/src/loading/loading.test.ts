import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type BundleManifest, stageFiles } from '@ztw/bundle';
import { AbortedError, InvalidBundleError, never } from '@ztw/core';
import { onnx } from '@ztw/runtime-onnx';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type ServedAnswer, serveBundle } from '../../test/support/bundle-server.ts';
import { fashionBundle, stripedImages } from '../../test/support/fashion-bundle.ts';
import { ort, runtimes } from '../../test/support/runtimes.ts';
import { loadClassifier } from '../node.ts';
import type { LoadingProgress } from './arriving-bundle.ts';

let files: ReadonlyMap<string, Uint8Array>;
let manifest: BundleManifest;
let cache: string;

beforeAll(async () => {
  files = await fashionBundle(ort);
  manifest = JSON.parse(new TextDecoder().decode(files.get('manifest.json')));
  cache = await mkdtemp(join(tmpdir(), 'ztw-cache-'));
});
afterAll(() => rm(cache, { recursive: true, force: true }));

const [image] = stripedImages(1);
const runtime = onnx(ort);
const lastModel = (): string => manifest.networks[0]!.stages.at(-1)!.model!;

/** A promise and its resolution. */
function gate(): { readonly opened: Promise<void>; open(): void } {
  let open = (): void => undefined;
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { opened, open: () => open() };
}

describe.each(runtimes)('over a network, on $name', ({ runtime: each }) => {
  test('the first stage answers while the last is under way, and a row that needs it waits', async () => {
    const { stages } = manifest.networks[0]!;
    const last = stages.at(-1)!;
    const held = gate();
    const isLast = (path: string) => [...stageFiles(last, 'model'), ...stageFiles(last, 'program')].includes(path);
    await using server = await serveBundle(files, async (path) => {
      if (isLast(path)) await held.opened;
      return undefined;
    });
    await using classifier = await loadClassifier(server.url, each, { cache: false });
    const first = await classifier.classify(image!, { threshold: 0 });
    expect(first.exit).toBe(0);
    let hasAnswered = false;
    const whole = classifier.classify(image!, { policy: never() }).then((result) => {
      hasAnswered = true;
      return result;
    });
    const refined = classifier.refine(image!);
    for (let exit = 0; exit < stages.length - 1; exit++) expect((await refined.next()).value).toMatchObject({ exit });
    expect(hasAnswered).toBe(false);
    expect(classifier.stagesLoaded).toBe(stages.length - 1);
    held.open();
    expect((await whole).exit).toBe(stages.length - 1);
    await classifier.ready;
    expect(classifier.stagesLoaded).toBe(stages.length);
    await refined.return();
  });
});

test('the first stage comes before all others, and those come side by side', async () => {
  let most = 0;
  let underWay = 0;
  await using server = await serveBundle(files, async () => {
    most = Math.max(most, ++underWay);
    await new Promise((resolve) => setTimeout(resolve, 30));
    underWay--;
    return undefined;
  });
  await using classifier = await loadClassifier(server.url, runtime, { cache: false });
  await classifier.ready;
  const perStage = manifest.networks[0]!.stages.map((stage) => stageFiles(stage, 'model'));
  const first = perStage[0]!.length;
  expect(new Set(server.requests)).toEqual(new Set(['manifest.json', ...perStage.flat()]));
  expect(server.requests).toHaveLength(1 + perStage.flat().length);
  expect(server.requests[0]).toBe('manifest.json');
  expect(server.requests.slice(1, 1 + first).sort()).toEqual([...perStage[0]!].sort());
  expect(most).toBeGreaterThan(1);
});

test('progress ends at the bytes that the runtime needs', async () => {
  await using server = await serveBundle(files);
  const seen: LoadingProgress[] = [];
  await using classifier = await loadClassifier(server.url, runtime, {
    cache: false,
    progressive: false,
    onProgress: (progress) => seen.push(progress),
  });
  const { stages } = manifest.networks[0]!;
  const needed = stages.flatMap((stage) => stageFiles(stage, 'model')).map((path) => files.get(path)!.length);
  const totalBytes = needed.reduce((sum, bytes) => sum + bytes, 0);
  expect(seen.at(-1)).toMatchObject({ loadedBytes: totalBytes, totalBytes });
  expect(seen.map(({ loadedBytes }) => loadedBytes)).toEqual(
    seen.map(({ loadedBytes }) => loadedBytes).toSorted((left, right) => left - right),
  );
  expect(new Set(seen.map(({ stage }) => stage)).size).toBe(stages.length);
  expect(classifier.stagesLoaded).toBe(stages.length);
});

describe('the cache', () => {
  test('is used for every file but the manifest, also without the server', async () => {
    const server = await serveBundle(files);
    const options = { cache, progressive: false };
    await (await loadClassifier(server.url, runtime, options)).dispose();
    const count = server.requests.length;
    await (await loadClassifier(server.url, runtime, options)).dispose();
    expect(server.requests.slice(count)).toEqual(['manifest.json']);
    await server[Symbol.asyncDispose]();
    await using offline = await loadClassifier(server.url, runtime, options);
    expect((await offline.classify(image!)).label).toBeTypeOf('string');
  });

  test('that is damaged is replaced', async () => {
    const stored = (await readdir(cache)).filter((name) => !name.startsWith('manifest-'));
    for (const name of stored) await writeFile(join(cache, name), 'damaged');
    await using server = await serveBundle(files);
    await (await loadClassifier(server.url, runtime, { cache, progressive: false })).dispose();
    expect(server.requests).toHaveLength(1 + stored.length);
    for (const name of stored) expect((await readFile(join(cache, name))).length).not.toBe('damaged'.length);
  });
});

describe('faults', () => {
  const loading = async (
    intervene: (path: string) => ServedAnswer | undefined,
    options: Parameters<typeof loadClassifier>[2] = {},
  ) => {
    const server = await serveBundle(files, intervene);
    try {
      const classifier = await loadClassifier(server.url, runtime, { cache: false, progressive: false, ...options });
      await classifier.dispose();
      return server.requests;
    } finally {
      await server[Symbol.asyncDispose]();
    }
  };

  test('that pass are tried again', async () => {
    const failed = new Set<string>();
    const requests = await loading((path) => {
      if (failed.has(path)) return undefined;
      failed.add(path);
      return { status: 503 };
    });
    expect(requests).toHaveLength(2 * failed.size);
  });

  test('a file that is missing, changed, or a web page', async () => {
    await expect(loading((path) => (path === lastModel() ? { status: 404 } : undefined))).rejects.toThrow(
      /the server answered 404 Not Found/,
    );
    const changed = files.get(lastModel())!.slice();
    changed[changed.length - 1]! ^= 1;
    await expect(loading((path) => (path === lastModel() ? { body: changed } : undefined))).rejects.toThrow(
      /expected the SHA-256/,
    );
    const page = { headers: { 'content-type': 'text/html; charset=utf-8' }, body: '<!doctype html>' };
    const start = loading(() => page);
    await expect(start).rejects.toThrow(InvalidBundleError);
    await expect(start).rejects.toThrow(/received a web page. Check the address/);
  });

  test('a file of another release in a cache on the way is fetched afresh', async () => {
    const changed = files.get(lastModel())!.slice();
    changed[changed.length - 1]! ^= 1;
    let times = 0;
    const requests = await loading((path) => (path === lastModel() && times++ === 0 ? { body: changed } : undefined));
    expect(requests.filter((path) => path === lastModel())).toHaveLength(2);
  });

  test('hashes are not checked without integrity, but sizes are', async () => {
    const other = files.get(lastModel())!.slice();
    const changed = manifest.files.map((file) => ({ ...file, sha256: '0'.repeat(64) }));
    const text = JSON.stringify({ ...manifest, files: changed });
    const intervene = (path: string) => (path === 'manifest.json' ? { body: text } : undefined);
    await expect(loading(intervene)).rejects.toThrow(InvalidBundleError);
    await loading(intervene, { integrity: false });
    const shorter = (path: string) => (path === lastModel() ? { body: other.subarray(1) } : intervene(path));
    await expect(loading(shorter, { integrity: false })).rejects.toThrow(/bytes instead of/);
  });

  test('a stage that never arrives fails the rows that need it, and no others', async () => {
    await using server = await serveBundle(files, (path) => (path === lastModel() ? { status: 404 } : undefined));
    await using classifier = await loadClassifier(server.url, runtime, { cache: false });
    await expect(classifier.ready).rejects.toThrow(InvalidBundleError);
    expect((await classifier.classify(image!, { threshold: 0 })).exit).toBe(0);
    await expect(classifier.classify(image!, { policy: never() })).rejects.toThrow(/404/);
    const partial = await classifier.classify(image!, { policy: never(), maxMilliseconds: 0 });
    expect(partial.exit).toBe(0);
  });
});

describe('signals', () => {
  test('stop the loading, with their reason', async () => {
    const held = gate();
    await using server = await serveBundle(files, async (path) => {
      if (path === manifest.networks[0]!.stages[0]!.model) await held.opened;
      return undefined;
    });
    const controller = new AbortController();
    const loading = loadClassifier(server.url, runtime, { cache: false, signal: controller.signal });
    setTimeout(() => controller.abort(new Error('changed my mind')), 100);
    await expect(loading).rejects.toThrow(AbortedError);
    await expect(loading).rejects.toMatchObject({ name: 'AbortError', reason: { message: 'changed my mind' } });
    held.open();
    await expect(loadClassifier(server.url, runtime, { signal: AbortSignal.abort() })).rejects.toThrow(AbortedError);
  });

  test('and time limits end a call that waits for a stage', async () => {
    const held = gate();
    await using server = await serveBundle(files, async (path) => {
      if (path === lastModel()) await held.opened;
      return undefined;
    });
    await using classifier = await loadClassifier(server.url, runtime, { cache: false });
    const late = await classifier.classify(image!, { policy: never(), maxMilliseconds: 300 });
    expect(late.exit).toBe(classifier.stages.length - 2);
    const controller = new AbortController();
    const waiting = classifier.classify(image!, { policy: never(), signal: controller.signal });
    setTimeout(() => controller.abort(), 100);
    await expect(waiting).rejects.toThrow(AbortedError);
    // Disposing does not wait for the stage either.
    const left = classifier.classify(image!, { policy: never() });
    await classifier.dispose();
    await expect(left).rejects.toThrow(AbortedError);
    await expect(classifier.ready).rejects.toThrow(AbortedError);
    held.open();
  });
});
