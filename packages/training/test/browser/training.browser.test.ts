// Training where a user's own data are: in a worker of a real browser.

import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { findChromium } from '../../../core/test/browser/find-chromium.ts';
import { launchChromium } from '../../../core/test/browser/launch-chromium.ts';
import { type PageServer, servePage } from '../../../core/test/browser/serve-page.ts';
import { wasmFiles } from '../../../runtime-tfjs/test/browser/wasm-files.ts';
import type { TrainingPage } from './training-page.ts';

const executablePath = findChromium();

test('CI has a Chromium', () => {
  if (process.env.CI !== undefined) expect(executablePath).not.toBeNull();
});

describe.skipIf(executablePath === null)('in a worker of Chromium', () => {
  let server: PageServer;
  let browser: Browser;
  let page: Page;

  beforeAll(async () => {
    server = await servePage({
      page: new URL('./training-page.html', import.meta.url),
      files: new Map(wasmFiles()),
      prebundle: ['backend-wasm', 'converter', 'core', 'layers'].map((name) => `@tensorflow/tfjs-${name}`),
    });
    browser = await launchChromium(executablePath as string);
    page = await browser.newPage();
    const complaints: string[] = [];
    page.on('pageerror', (error) => complaints.push(error.message));
    await page.goto(server.url);
    await page.waitForFunction('"trainingPage" in globalThis', undefined, { timeout: 60_000 }).catch((cause) => {
      throw new Error(`the page did not start: ${complaints.join('; ')}`, { cause });
    });
  }, 120_000);

  afterAll(async () => {
    await browser?.close();
    await server?.close();
  });

  async function call<Name extends keyof TrainingPage>(name: Name): Promise<Awaited<ReturnType<TrainingPage[Name]>>> {
    return (await page.evaluate(`trainingPage.${name}()`)) as Awaited<ReturnType<TrainingPage[Name]>>;
  }

  test('new classes are learnt while the page goes on', async () => {
    const { accuracy, fractions, etas, longestBlock, milliseconds, tensorsLeft } = await call('train');
    console.log(
      `trained for ${milliseconds.toFixed(0)} ms, the page was blocked for ${longestBlock.toFixed(1)} ms at most; ` +
        `accuracy ${(100 * accuracy).toFixed(1)} % of 3 classes, ${fractions.length} reports`,
    );
    // Chance is 1/3.
    expect(accuracy).toBeGreaterThan(0.85);
    expect(fractions).toEqual(fractions.toSorted((left, right) => left - right));
    expect(fractions.at(-1)).toBeGreaterThan(0.9);
    expect(etas.every(Number.isFinite)).toBe(true);
    expect(tensorsLeft).toBe(0);
    // Far above what is measured, far below what training in the page takes.
    expect(longestBlock).toBeLessThan(milliseconds / 2);
  });

  test('a training that was stopped goes on in the next worker', async () => {
    expect(await call('interrupt')).toEqual({ outcomes: ['AbortError', 'AbortError'], resumed: true });
  });

  test('errors keep their class', async () => {
    expect(await call('fail')).toEqual({ name: 'InvalidDataError', message: expect.stringContaining('label 2') });
  });

  test('blobs in IndexedDB', async () => {
    expect(await call('store')).toEqual({
      whole: [2, 3, 4],
      part: [3, 4],
      names: [
        ['a/1', 'a/2'],
        ['a/1', 'a/2'],
      ],
      missing: null,
      tooFar: 'StorageError',
    });
  });
});
