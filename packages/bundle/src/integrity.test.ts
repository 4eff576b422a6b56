import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { InvalidBundleError, InvalidInputError } from '@ztw/core';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { smallBundle } from './__fixtures__/small-bundle.ts';
import { bundleFiles } from './bundle-files.ts';
import { canonicalJson } from './canonical-json.ts';
import { manifestHash } from './manifest-hash.ts';
import { openBundle } from './open-bundle.ts';
import { importPublicKey, importSigningKey, signaturePath, signManifest } from './signature.ts';
import { verifyBundle } from './verify-bundle.ts';

const files: ReadonlyMap<string, Uint8Array> = await bundleFiles(smallBundle());
const manifestBytes = files.get('manifest.json')!;
const manifest = JSON.parse(new TextDecoder().decode(manifestBytes));
const readerOf = (all: ReadonlyMap<string, Uint8Array>) => async (path: string) => {
  const bytes = all.get(path);
  if (bytes === undefined) throw new Error('ENOENT');
  return bytes;
};
const withManifest = (json: unknown) =>
  new Map(files).set('manifest.json', new TextEncoder().encode(JSON.stringify(json)));

/** The pair of RFC 8032, section 7.1, test 1, as PEM. */
const privatePem = pem(
  'PRIVATE KEY',
  '302e020100300506032b657004220420',
  '9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60',
);
const publicPem = pem(
  'PUBLIC KEY',
  '302a300506032b6570032100',
  'd75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a',
);

function pem(label: string, prefix: string, key: string): string {
  return `-----BEGIN ${label}-----\n${Buffer.from(prefix + key, 'hex').toString('base64')}\n-----END ${label}-----\n`;
}

async function refused(opening: Promise<unknown>, message: RegExp): Promise<void> {
  await expect(opening).rejects.toSatisfy(InvalidBundleError.isInstance);
  await expect(opening).rejects.toThrow(message);
}

describe('the canonical form', () => {
  test('is that of RFC 8785, section 3.2.2 and 3.2.3', () => {
    const text = String.raw`{"numbers":[333333333.33333329,1E30,4.50,2e-3,0.000000000000000000000000001],
      "string":"\u20ac$\u000F\u000aA'\u0042\u0022\u005c\\\"\/","literals":[null,true,false]}`;
    expect(canonicalJson(JSON.parse(text))).toBe(
      String.raw`{"literals":[null,true,false],"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27],"string":"€$\u000f\nA'B\"\\\\\"/"}`,
    );
    const keys = { '€': 1, '\r': 2, '\ufb33': 3, '1': 4, '😀': 5, '\u0080': 6, ö: 7 };
    const order = Object.values(
      JSON.parse(
        `[${canonicalJson(keys)
          .match(/:\d/g)!
          .map((each) => each.slice(1))}]`,
      ),
    );
    expect(order).toEqual([2, 4, 6, 7, 1, 5, 3]);
  });

  test('reads back as the same value, and does not depend on the order of keys', () => {
    const law = fc.property(fc.jsonValue(), (value) => {
      const parsed = JSON.parse(JSON.stringify(value));
      expect(JSON.parse(canonicalJson(parsed))).toEqual(parsed);
      const isObject = typeof parsed === 'object' && parsed !== null && !Array.isArray(parsed);
      const turned = isObject ? Object.fromEntries(Object.entries(parsed).reverse()) : parsed;
      expect(canonicalJson(turned)).toBe(canonicalJson(parsed));
    });
    fc.assert(law, { numRuns: 200 });
  });
});

describe("the manifest's own hash", () => {
  test.each<[string, object]>([
    ['resize', { preprocessing: { ...manifest.preprocessing, resize: 'cover' } }],
    ['a mean', { preprocessing: { ...manifest.preprocessing, mean: [0.4] } }],
    ['a label', { labels: ['ant', 'bee', 'dog'] }],
    ['a threshold', { operatingPoints: manifest.operatingPoints.slice(1) }],
    ['where it came from', { provenance: { seed: 2 } }],
    ['the hash itself', { sha256: '0'.repeat(64) }],
  ])('finds a change of %s', async (_name, change) => {
    await refused(openBundle(readerOf(withManifest({ ...manifest, ...change }))), /The manifest was changed/);
  });

  test('does not depend on the layout of the file', async () => {
    const turned = Object.fromEntries(Object.entries(manifest).reverse());
    expect((await openBundle(readerOf(withManifest(turned)))).manifest).toEqual(
      (await openBundle(readerOf(files))).manifest,
    );
  });

  test('may be missing in an early bundle, which is reported', async () => {
    const { sha256: own, ...early } = manifest;
    expect(own).toBe(await manifestHash(manifest));
    expect(await verifyBundle(readerOf(withManifest(early)))).toMatchObject({ hasOwnHash: false });
    expect(await verifyBundle(readerOf(files))).toMatchObject({ hasOwnHash: true, isSigned: false });
  });
});

test('verification reads every file', async () => {
  const listed = [...files.keys()].filter((path) => path !== 'manifest.json');
  const bytes = listed.reduce((sum, path) => sum + files.get(path)!.length, 0);
  expect(await verifyBundle(readerOf(files))).toMatchObject({ files: listed.length, bytes });
  for (const path of listed) {
    const copy = files.get(path)!.slice();
    copy[copy.length - 1]! ^= 1;
    await refused(verifyBundle(readerOf(new Map(files).set(path, copy))), new RegExp(`^${path}: .*SHA-256`));
  }
});

describe('a signature', () => {
  test('is that of RFC 8032, and of OpenSSL', async () => {
    const key = await importSigningKey(privatePem);
    expect(Buffer.from(await signManifest(new Uint8Array(), key)).toString('hex')).toBe(
      'e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b',
    );
    const folder = mkdtempSync(join(tmpdir(), 'ztw-signature-'));
    const at = (name: string) => join(folder, name);
    writeFileSync(at('private.pem'), privatePem);
    writeFileSync(at('manifest.json'), manifestBytes);
    try {
      execFileSync('openssl', [
        'pkeyutl',
        '-sign',
        '-rawin',
        '-inkey',
        at('private.pem'),
        '-in',
        at('manifest.json'),
        '-out',
        at('sig'),
      ]);
    } catch (error) {
      if ((error as { code?: string }).code !== 'ENOENT') throw error;
      console.log('skipped: there is no openssl to compare with');
      return;
    }
    expect(new Uint8Array(readFileSync(at('sig')))).toEqual(await signManifest(manifestBytes, key));
  });

  test('opens the bundle with the key of its maker, and with no other bytes', async () => {
    const signature = await signManifest(manifestBytes, await importSigningKey(privatePem));
    const publicKey = await importPublicKey(publicPem);
    const signed = new Map(files).set(signaturePath, signature);
    expect(await verifyBundle(readerOf(signed), { publicKey })).toMatchObject({ isSigned: true });
    await refused(openBundle(readerOf(files), { publicKey }), /manifest\.sig: the file is missing/);
    const spaced = Uint8Array.of(...manifestBytes, 0x20);
    await refused(openBundle(readerOf(new Map(signed).set('manifest.json', spaced)), { publicKey }), /it was changed/);
    for (const wrong of [new Uint8Array(), signature.slice(1), new Uint8Array(64), Uint8Array.of(...signature, 0)]) {
      await refused(openBundle(readerOf(new Map(signed).set(signaturePath, wrong)), { publicKey }), /manifest\.sig/);
    }
    const pair = (await crypto.subtle.generateKey('Ed25519', false, ['sign', 'verify'])) as CryptoKeyPair;
    await refused(openBundle(readerOf(signed), { publicKey: pair.publicKey }), /signed with another key/);
  });

  test.each(['', 'key', publicPem, privatePem.replace('MC4', 'MCA'), `${privatePem}${privatePem}`])(
    'needs a private key: %j',
    async (text) => {
      await expect(importSigningKey(text)).rejects.toSatisfy(InvalidInputError.isInstance);
    },
  );

  test('needs a public key of Ed25519', async () => {
    const { publicKey } = (await crypto.subtle.generateKey({ name: 'ECDSA', namedCurve: 'P-256' }, true, [
      'sign',
      'verify',
    ])) as CryptoKeyPair;
    const spki = Buffer.from(await crypto.subtle.exportKey('spki', publicKey)).toString('base64');
    for (const text of [privatePem, `-----BEGIN PUBLIC KEY-----\n${spki}\n-----END PUBLIC KEY-----`]) {
      await expect(importPublicKey(text)).rejects.toSatisfy(InvalidInputError.isInstance);
    }
  });

  test('has a path that no file of a bundle may take', async () => {
    const contents = smallBundle();
    const reserved = new Map(contents.files).set(signaturePath, new Uint8Array(64));
    await expect(bundleFiles({ ...contents, files: reserved })).rejects.toThrow(/no file named manifest\.sig/);
  });
});
