// Time to the first answer in headless Chromium over a slow connection (1.6 Mbit/s, 150 ms), on TensorFlow.js with
// WebAssembly: files one after the other (before), `loadClassifier` (after), and the least that must be fetched.
//
//   pnpm --filter @ztw/bench first-answer

import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { stageFiles } from '@ztw/bundle';
import { build } from 'esbuild';
import * as ort from 'onnxruntime-web';
import { findChromium } from '../../../packages/core/test/browser/find-chromium.ts';
import { launchChromium } from '../../../packages/core/test/browser/launch-chromium.ts';
import { wasmFiles } from '../../../packages/runtime-tfjs/test/browser/wasm-files.ts';
import { fashionBundle } from '../../../packages/ztw/test/support/fashion-bundle.ts';
import { median } from './median.ts';

const rounds = 3;
const bytesPerSecond = 1_600_000 / 8;
const latencyMilliseconds = 150;

const executable = findChromium();
if (executable === null) throw new Error('Expected a Chromium; found none. Name one with ZTW_CHROMIUM.');

ort.env.wasm.numThreads = 1;
const bundle = await fashionBundle(ort);
const manifest = JSON.parse(new TextDecoder().decode(bundle.get('manifest.json')));
const binary = 'tfjs-backend-wasm-simd.wasm';
const floorFiles = [
  `/${binary}`,
  ...['manifest.json', ...stageFiles(manifest.networks[0].stages[0], 'program')].map((path) => `/bundle/${path}`),
];

const files = new Map<string, Uint8Array>(wasmFiles().map(([path, bytes]) => [`/${path.split('/').at(-1)}`, bytes]));
for (const [path, bytes] of bundle) files.set(`/bundle/${path}`, bytes);
const missing = floorFiles.filter((path) => !files.has(path));
if (missing.length > 0) throw new Error(`internal: not served: ${missing.join(', ')}`);
const pages = ['before', 'after', 'floor'] as const;
for (const page of pages) {
  const { outputFiles } = await build({
    entryPoints: [fileURLToPath(new URL(`./first-answer/page-${page}.ts`, import.meta.url))],
    bundle: true,
    minify: true,
    format: 'esm',
    platform: 'browser',
    conditions: ['@ztw/source'],
    define: { floorFiles: JSON.stringify(floorFiles) },
    external: ['node:*', 'fs', 'path', 'worker_threads', 'perf_hooks', 'os', 'util'],
    write: false,
    logLevel: 'error',
  });
  files.set(`/${page}.js`, (outputFiles[0] as { contents: Uint8Array }).contents);
  files.set(
    `/${page}.html`,
    new TextEncoder().encode(`<!doctype html><script type="module" src="/${page}.js"></script>`),
  );
}

const types: Readonly<Record<string, string>> = { html: 'text/html', js: 'text/javascript', wasm: 'application/wasm' };
const server = createServer((request, response) => {
  const path = request.url ?? '';
  const bytes = files.get(path);
  if (bytes === undefined) {
    response.writeHead(404).end();
    return;
  }
  const type = types[path.split('.').at(-1) ?? ''] ?? 'application/octet-stream';
  response.writeHead(200, { 'content-type': type, 'content-encoding': 'gzip', 'cache-control': 'no-store' });
  response.end(gzipSync(bytes));
});
await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

const browser = await launchChromium(executable);
const times = new Map(pages.map((page) => [page, { firstAnswer: [] as number[], complete: [] as number[] }]));
for (let round = 0; round < rounds; round++) {
  for (const name of pages) {
    const context = await browser.newContext();
    const page = await context.newPage();
    const devtools = await context.newCDPSession(page);
    await devtools.send('Network.enable');
    await devtools.send('Network.emulateNetworkConditions', {
      offline: false,
      latency: latencyMilliseconds,
      downloadThroughput: bytesPerSecond,
      uploadThroughput: bytesPerSecond,
    });
    await page.goto(`${origin}/${name}.html`, { waitUntil: 'commit' });
    await page.waitForFunction('globalThis.complete !== undefined', null, { timeout: 60_000 });
    const { firstAnswer, complete } = (await page.evaluate('({ firstAnswer, complete })')) as Record<string, number>;
    times.get(name)?.firstAnswer.push(firstAnswer as number);
    times.get(name)?.complete.push(complete as number);
    await context.close();
  }
}
await browser.close();
server.close();

const seconds = (values: readonly number[] = []): string => (median(values) / 1000).toFixed(2);
console.log(
  `1.6 Mbit/s, ${latencyMilliseconds} ms, medians of ${rounds} interleaved rounds, seconds after the start of the page`,
);
for (const page of pages) {
  const { firstAnswer, complete } = times.get(page) ?? {};
  console.log(`${page}: first answer ${seconds(firstAnswer)}, all stages ${seconds(complete)}`);
}
const ratio = (page: 'before' | 'after'): string =>
  (median(times.get(page)?.firstAnswer ?? []) / median(times.get('floor')?.firstAnswer ?? [])).toFixed(2);
console.log(`first answer against the least that must be fetched: before ${ratio('before')}, after ${ratio('after')}`);
process.exit(0);
