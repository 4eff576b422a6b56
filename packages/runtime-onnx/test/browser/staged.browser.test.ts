// The staged executor in a real browser, on a bundle with the network in the repository. Everything before the page
// (cutting, heads, writing the bundle) happens in Node.

import { bundleFiles } from '@ztw/core';
import * as node from 'onnxruntime-node';
import { type Browser, chromium } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { cutNetwork, fashionNetwork, structuredRows } from '../support/cut-network.ts';
import { findChromium } from './find-chromium.ts';
import type { PageReport } from './page.ts';
import { type PageServer, servePage } from './serve-page.ts';

const rows = 8;
const executablePath = findChromium();
const isSkipped = executablePath === null && process.env.CI === undefined;
if (isSkipped) {
  console.log('skipped: tests in the browser, for want of a Chromium (install one, or name it in ZTW_CHROMIUM)');
}

async function filesToServe(): Promise<ReadonlyMap<string, Uint8Array>> {
  const cut = await cutNetwork({ ort: node, path: fashionNetwork, sharpness: 4 });
  const { classes, input } = cut.analysis;
  const bundle = await bundleFiles({
    manifest: {
      method: 'ztw',
      classes,
      labels: null,
      inputShape: input.rowShape,
      preprocessing: null,
      networks: [cut.network],
      ensemble: null,
      operatingPoints: [],
      provenance: {},
    },
    files: cut.files,
    heads: [cut.heads],
  });
  const data = structuredRows(input.rowShape, rows, 3);
  return new Map([
    ...[...bundle].map(([path, bytes]) => [`/bundle/${path}`, bytes] as const),
    ['/whole.onnx', cut.whole],
    ['/rows.f32', new Uint8Array(data.buffer)],
  ]);
}

describe.skipIf(isSkipped)('in Chromium', () => {
  let server: PageServer;
  let browser: Browser;

  beforeAll(async () => {
    if (executablePath === null) {
      throw new Error('CI needs a Chromium: install one, or name it in ZTW_CHROMIUM.');
    }
    server = await servePage(await filesToServe());
    browser = await chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-gpu'] });
  });

  afterAll(async () => {
    await browser?.close();
    await server?.close();
  });

  test.each(['onnxruntime-web/wasm', 'onnxruntime-web'])(
    '%s passes the conformance kit',
    async (build) => {
      const page = await browser.newPage();
      const complaints: string[] = [];
      page.on('pageerror', (error) => complaints.push(error.message));
      await page.goto(server.url);
      await page.waitForFunction('"runInBrowser" in globalThis', undefined, { timeout: 30_000 }).catch((cause) => {
        throw new Error(`the page did not start: ${complaints.join('; ')}`, { cause });
      });
      const report = (await page.evaluate(`runInBrowser(${JSON.stringify(build)})`)) as PageReport;
      await page.close();
      console.log(`${build} in ${report.userAgent}\n${report.table}`);
      expect(report.passed).toBeGreaterThan(20);
      expect(report.failed).toEqual([]);
    },
    180_000,
  );
});
