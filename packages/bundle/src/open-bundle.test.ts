import { AbortedError, InvalidBundleError, InvalidInputError } from '@ztw/core';
import { describe, expect, it } from 'vitest';
import { smallBundle } from './__fixtures__/small-bundle.ts';
import { bundleFiles } from './bundle-files.ts';
import { manifestHash } from './manifest-hash.ts';
import { openBundle } from './open-bundle.ts';
import { decodeSafetensors, encodeSafetensors } from './safetensors.ts';
import { sha256 } from './sha256.ts';

const readerOf =
  (files: ReadonlyMap<string, Uint8Array>) =>
  async (path: string): Promise<Uint8Array> => {
    const bytes = files.get(path);
    if (bytes === undefined) throw new Error('ENOENT');
    return bytes;
  };

const MODEL = 'networks/1/stage-1.onnx';
const WEIGHTS = 'weights.safetensors';

describe('a bundle', () => {
  it('gives back what was written: manifest, files and heads', async () => {
    const contents = smallBundle();
    const files = await bundleFiles(contents);
    expect([...files.keys()].at(-1)).toBe('manifest.json');
    const bundle = await openBundle(readerOf(files));
    expect(bundle.manifest).toMatchObject(contents.manifest);
    expect(await bundle.heads()).toEqual(contents.heads);
    for (const [path, bytes] of contents.files) expect(await bundle.file(path)).toEqual(bytes);
  });

  it('is the same bytes each time', async () => {
    expect(await bundleFiles(smallBundle())).toEqual(await bundleFiles(smallBundle()));
  });

  it('without ICs has no weights, and no heads', async () => {
    const { manifest, files } = smallBundle();
    const networks = [manifest.networks[0]!];
    const plain = await bundleFiles({ manifest: { ...manifest, networks, ensemble: null }, files, heads: [[]] });
    expect(plain.has(WEIGHTS)).toBe(false);
    const bundle = await openBundle(readerOf(plain));
    expect(bundle.manifest.weights).toBeNull();
    expect(await bundle.heads()).toEqual([[]]);
  });

  it('names the values of stage M of network N networks.N.stages.M', async () => {
    const files = await bundleFiles(smallBundle());
    const text = new TextDecoder('latin1').decode(files.get(WEIGHTS));
    expect(text).toContain('"networks.1.stages.0.dense.weight"');
    expect(text).toContain('"networks.1.stages.1.cascade.bias"');
  });
});

describe('a damaged bundle', () => {
  async function damaged(damage: (files: Map<string, Uint8Array>) => void) {
    const files = await bundleFiles(smallBundle());
    damage(files);
    return openBundle(readerOf(files));
  }

  it('without its manifest', async () => {
    const opening = damaged((files) => files.delete('manifest.json'));
    await expect(opening).rejects.toThrow(InvalidBundleError);
    await expect(opening).rejects.toThrow(/manifest\.json: the file is missing or cannot be read \(ENOENT\)/);
  });

  it.each([
    ['cut short', (bytes: Uint8Array) => bytes.subarray(0, bytes.length - 9)],
    ['empty', () => new Uint8Array()],
    ['not text', () => Uint8Array.of(255, 254, 0)],
  ])('with a manifest that is %s', async (_what, damage) => {
    const opening = damaged((files) => files.set('manifest.json', damage(files.get('manifest.json')!)));
    await expect(opening).rejects.toThrow(InvalidBundleError);
    await expect(opening).rejects.toThrow(/manifest\.json: not JSON/);
  });

  it('with a missing file', async () => {
    const bundle = await damaged((files) => files.delete(MODEL));
    await expect(bundle.file(MODEL)).rejects.toThrow(InvalidBundleError);
    await expect(bundle.file(MODEL)).rejects.toThrow(/stage-1\.onnx: the file is missing/);
  });

  it('with a truncated file', async () => {
    const bundle = await damaged((files) => files.set(MODEL, files.get(MODEL)!.subarray(1)));
    await expect(bundle.file(MODEL)).rejects.toThrow(/stage-1\.onnx: 66 bytes instead of 67/);
  });

  it('with one flipped bit', async () => {
    const bundle = await damaged((files) => {
      const bytes = files.get(MODEL)!.slice();
      bytes[5]! ^= 1;
      files.set(MODEL, bytes);
    });
    await expect(bundle.file(MODEL)).rejects.toThrow(InvalidBundleError);
    await expect(bundle.file(MODEL)).rejects.toThrow(/stage-1\.onnx: expected the SHA-256/);
  });

  it('with changed weights', async () => {
    const bundle = await damaged((files) => files.set(WEIGHTS, files.get(WEIGHTS)!.slice().fill(0, -4)));
    await expect(bundle.heads()).rejects.toThrow(/weights\.safetensors: expected the SHA-256/);
  });

  it('asked for a file that it does not list', async () => {
    const bundle = await damaged(() => {});
    await expect(bundle.file('../secret')).rejects.toThrow(/does not list/);
    await expect(bundle.file('manifest.json')).rejects.toThrow(/does not list/);
  });

  it.each([
    ['too few', new Map(), /has no values for pool\.alpha/],
    ['of another shape', { 'networks.1.stages.0.pool.alpha': [2] }, /shape \[2\] for pool\.alpha; expected \[1\]/],
    ['for a layer that is not there', { 'networks.1.stages.0.extra.weight': [1] }, /extra\.weight, which no layer/],
    [
      'for a stage that has no head',
      { 'networks.0.stages.0.dense.bias': [3] },
      /belongs to none of the described heads/,
    ],
  ])('with weights %s under a hash that fits', async (_what, changes, message) => {
    const files = await bundleFiles(smallBundle());
    const tensors = changes instanceof Map ? changes : tensorsWith(files, changes);
    const bytes = encodeSafetensors(tensors);
    const manifest = JSON.parse(new TextDecoder().decode(files.get('manifest.json')));
    const listed = manifest.files.find((file: { path: string }) => file.path === WEIGHTS);
    Object.assign(listed, { bytes: bytes.length, sha256: await sha256(bytes) });
    manifest.sha256 = await manifestHash(manifest);
    files.set(WEIGHTS, bytes).set('manifest.json', new TextEncoder().encode(JSON.stringify(manifest)));
    const bundle = await openBundle(readerOf(files));
    await expect(bundle.heads()).rejects.toThrow(InvalidBundleError);
    await expect(bundle.heads()).rejects.toThrow(message);
  });

  it('rethrows an abort unchanged', async () => {
    const reader = () => Promise.reject(new AbortedError('stopped'));
    await expect(openBundle(reader)).rejects.toThrow(AbortedError);
  });
});

describe('bundleFiles refuses', () => {
  const refuse = async (
    change: (contents: ReturnType<typeof smallBundle>) => ReturnType<typeof smallBundle>,
    message: RegExp,
  ) => {
    const writing = bundleFiles(change(smallBundle()));
    await expect(writing).rejects.toThrow(InvalidInputError);
    await expect(writing).rejects.toThrow(message);
  };

  it('a head too few', () =>
    refuse(
      ({ heads, ...rest }) => ({ ...rest, heads: [[], heads![1]!.slice(1)] }),
      /Expected 2 heads for network .*; received 1/,
    ));
  it('heads of a network too few', () =>
    refuse(({ heads, ...rest }) => ({ ...rest, heads: heads!.slice(1) }), /heads of 2 networks.* received 1 lists/));
  it('heads in the wrong order', () =>
    refuse(({ heads, ...rest }) => ({ ...rest, heads: [[], heads![1]!.toReversed()] }), /Head 0 of network large/));
  it('a missing model', () => refuse((contents) => ({ ...contents, files: new Map() }), /missing from the list/));
  it('a reserved name', () =>
    refuse(
      (contents) => ({ ...contents, files: new Map([...contents.files, [WEIGHTS, Uint8Array.of(1)]]) }),
      /which the bundle writes itself/,
    ));
  it('numbers that JSON cannot hold', () =>
    refuse(
      ({ manifest, ...rest }) => ({
        ...rest,
        manifest: {
          ...manifest,
          operatingPoints: [{ budget: 0.5, policy: { kind: 'confidence', limit: Number.NaN }, accuracy: 1, cost: 1 }],
        },
      }),
      /threshold/,
    ));
});

function tensorsWith(
  files: ReadonlyMap<string, Uint8Array>,
  changes: Readonly<Record<string, readonly number[] | undefined>>,
) {
  const tensors = decodeSafetensors(files.get(WEIGHTS)!);
  for (const [name, shape] of Object.entries(changes)) {
    if (shape !== undefined) tensors.set(name, { shape, data: new Float32Array(shape[0]!) });
  }
  return tensors;
}
