import { cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type DemoServer, serveDemo } from './serve-demo.ts';

const sample = fileURLToPath(new URL('../../../test/__fixtures__/bundle-0.1/', import.meta.url));
let folder: string;
let server: DemoServer;
let page: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'ztw-serve-'));
  page = join(folder, 'page');
  await mkdir(page);
  await writeFile(join(page, 'index.html'), '<!doctype html><title>page</title>');
  await cp(sample, join(folder, 'bundle'), { recursive: true });
  await writeFile(join(folder, 'bundle', 'private.txt'), 'not listed');
  server = await serveDemo({ bundle: join(folder, 'bundle'), page, host: '127.0.0.1', port: 0 });
});
afterAll(async () => {
  await server?.[Symbol.asyncDispose]();
  await rm(folder, { recursive: true, force: true });
});

/** A request whose path is sent as it is: `fetch` would shorten it. */
async function get(path: string, method = 'GET'): Promise<{ readonly status: number; readonly body: string }> {
  const { hostname, port } = new URL(server.url);
  return new Promise((resolve, reject) => {
    request({ hostname, port, path, method }, (response) => {
      const parts: Buffer[] = [];
      response.on('data', (part: Buffer) => parts.push(part));
      response.on('end', () => resolve({ status: response.statusCode ?? 0, body: Buffer.concat(parts).toString() }));
    })
      .on('error', reject)
      .end();
  });
}

test('serves the page, its settings and the files of the bundle', async () => {
  expect((await get('/')).body).toContain('<title>page</title>');
  expect(JSON.parse((await get('/settings.json')).body)).toEqual({ bundle: './bundle/', name: 'bundle', images: null });
  expect(JSON.parse((await get('/bundle/manifest.json')).body)).toMatchObject({ format: 'ztw-bundle' });
  expect((await get('/bundle/networks/0/stage-00.onnx')).status).toBe(200);
});

test.each([
  '/bundle/private.txt',
  '/bundle/../private.txt',
  '/bundle/%2e%2e/page/index.html',
  '/../bundle/private.txt',
  '/%2e%2e/bundle/private.txt',
  '/missing.js',
])('serves nothing else: %s', async (path) => {
  expect((await get(path)).status).toBe(404);
});

test('an address that is not valid, and another method', async () => {
  expect((await get('/%ff')).status).toBe(400);
  expect((await get('/', 'POST')).status).toBe(405);
});

test('a port that is taken', async () => {
  const port = Number(new URL(server.url).port);
  await expect(serveDemo({ bundle: join(folder, 'bundle'), page, host: '127.0.0.1', port })).rejects.toMatchObject({
    name: 'InvalidInputError',
    path: '--port',
    received: port,
  });
});

test('a folder that is no bundle', async () => {
  await expect(serveDemo({ bundle: page, page, host: '127.0.0.1', port: 0 })).rejects.toMatchObject({
    name: 'InvalidBundleError',
  });
});
