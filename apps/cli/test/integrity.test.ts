// `ztw verify` and `ztw sign` on a folder: what was changed is named, and a signature holds for one key and one manifest.

import { existsSync } from 'node:fs';
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { manifestHash } from '@ztw/bundle';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { runInProcess } from './support/run-command.ts';

const early = fileURLToPath(new URL('./__fixtures__/bundle-0.1', import.meta.url));

let root: string;
const at = (name: string): string => join(root, name);
const manifestAt = (name: string): string => join(at(name), 'manifest.json');

/** The early bundle with the hash that bundles have today. */
async function copyOf(name: string): Promise<string> {
  await cp(early, at(name), { recursive: true });
  const manifest = JSON.parse(await readFile(manifestAt(name), 'utf8'));
  await writeFile(manifestAt(name), JSON.stringify({ ...manifest, sha256: await manifestHash(manifest) }));
  return at(name);
}

async function keyPair(name: string): Promise<void> {
  const pair = (await crypto.subtle.generateKey('Ed25519', true, ['sign', 'verify'])) as CryptoKeyPair;
  const pem = async (label: string, format: 'pkcs8' | 'spki', key: CryptoKey): Promise<string> =>
    `-----BEGIN ${label}-----\n${Buffer.from(await crypto.subtle.exportKey(format, key)).toString('base64')}\n-----END ${label}-----\n`;
  await writeFile(at(`${name}.private.pem`), await pem('PRIVATE KEY', 'pkcs8', pair.privateKey));
  await writeFile(at(`${name}.public.pem`), await pem('PUBLIC KEY', 'spki', pair.publicKey));
}

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'ztw-integrity-'));
  await keyPair('maker');
  await keyPair('other');
});
afterAll(() => rm(root, { recursive: true, force: true }));

test('a whole bundle, an early one, and one whose manifest was edited', async () => {
  const whole = await copyOf('whole');
  expect((await runInProcess(['verify', whole])).stdout).toMatch(/each has its hash, and the manifest its own/);
  const before = await runInProcess(['verify', early, '--json']);
  expect(JSON.parse(before.stdout)).toMatchObject({ hasOwnHash: false, isSigned: false });
  const text = await readFile(manifestAt('whole'), 'utf8');
  await writeFile(manifestAt('whole'), text.replace('"stretch"', '"cover"').replace('"none"', '"cover"'));
  for (const args of [
    ['verify', whole],
    ['inspect', whole],
    ['run', whole, root],
  ]) {
    const { code, stderr } = await runInProcess(args);
    expect(code).toBe(2);
    expect(stderr).toMatch(/manifest\.json: expected the SHA-256 .* The manifest was changed/);
  }
});

test('a signed bundle', async () => {
  const folder = await copyOf('signed');
  const verify = (key: string) => runInProcess(['verify', folder, '--key', at(key)]);
  expect(await verify('maker.public.pem')).toMatchObject({ code: 2, stderr: expect.stringMatching(/manifest\.sig/) });
  const sign = ['sign', folder, '--key', at('maker.private.pem')];
  expect(await runInProcess(sign)).toMatchObject({ code: 0 });
  expect((await verify('maker.public.pem')).stdout).toContain('The signature fits the key.');
  expect(await verify('other.public.pem')).toMatchObject({ code: 2, stderr: expect.stringContaining('another key') });
  expect(await verify('maker.private.pem')).toMatchObject({ code: 2, stderr: expect.stringContaining('PUBLIC KEY') });
  expect(await verify('nowhere.pem')).toMatchObject({ code: 2, stderr: expect.stringContaining('nowhere.pem') });
  // Its hash fits again, as whoever edits a bundle can make it, but the signature does not.
  const manifest = JSON.parse(await readFile(manifestAt('signed'), 'utf8'));
  const edited = { ...manifest, provenance: {} };
  await writeFile(manifestAt('signed'), JSON.stringify({ ...edited, sha256: await manifestHash(edited) }));
  expect(await runInProcess(['verify', folder])).toMatchObject({ code: 0 });
  expect(await verify('maker.public.pem')).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('it was changed'),
  });
  expect(await runInProcess(sign)).toMatchObject({ code: 2, stderr: expect.stringContaining('--overwrite') });
  expect(await runInProcess([...sign, '--overwrite'])).toMatchObject({ code: 0 });
  expect((await verify('maker.public.pem')).code).toBe(0);
});

test('a damaged bundle is not signed', async () => {
  const folder = await copyOf('damaged');
  await writeFile(join(folder, 'weights.safetensors'), 'other');
  const { code, stderr } = await runInProcess(['sign', folder, '--key', at('maker.private.pem')]);
  expect(code).toBe(2);
  expect(stderr).toContain('weights.safetensors');
  expect(existsSync(join(folder, 'manifest.sig'))).toBe(false);
});
