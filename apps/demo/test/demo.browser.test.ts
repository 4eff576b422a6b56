// The built page, as people use it.

import { cp, mkdtemp, readFile, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { build } from 'vite';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { findChromium } from '../../../packages/core/test/browser/find-chromium.ts';
import { serveDemo } from '../../cli/src/commands/serve-demo/serve-demo.ts';
import { siteConfig } from '../src/build/site-config.ts';
import { exampleFiles, type SiteFiles } from '../src/build/site-files.ts';
import { chooseRuntime, launchWithCamera, openDemo, serveFolder } from './open-demo.ts';

const { resolve } = createRequire(import.meta.url);
const isSkipped = findChromium() === null && process.env.CI === undefined;
const timeout = 120_000;

describe.skipIf(isSkipped)('the page in Chromium (install one, or name it in ZTW_CHROMIUM)', () => {
  let folder: string;
  let files: SiteFiles;
  let site: { readonly url: string; close(): Promise<void> };
  let browser: Browser;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'ztw-demo-'));
    files = await exampleFiles();
    // As it is deployed: Vite would take over that this is a test.
    process.env.NODE_ENV = 'production';
    await build({ ...siteConfig(files, join(folder, 'page')), logLevel: 'error' });
    site = await serveFolder(join(folder, 'page'));
    browser = (await launchWithCamera()) as Browser;
  }, timeout);

  afterAll(async () => {
    await browser?.close();
    await site?.close();
    await rm(folder, { recursive: true, force: true });
  });

  test.each([
    { runtime: 'onnx', worker: true },
    { runtime: 'onnx', worker: false },
    { runtime: 'tfjs', worker: true },
    { runtime: 'tfjs', worker: false },
  ] as const)(
    'an example goes through all exits: $runtime, worker: $worker',
    async (settings) => {
      await using demo = await openDemo(browser, site.url, settings);
      const { page } = demo;
      await page.getByRole('button', { name: 'Example 8' }).click();
      await eventually(() => states(page)).toHaveLength(5);
      await eventually(() => page.textContent('#answer')).toMatch(/^sneaker, /);
      expect(await page.textContent('#explanation')).toContain('exit');
      expect((await states(page)).filter((state) => state === 'left')).toHaveLength(1);
      expect(demo.complaints).toEqual([]);
    },
    timeout,
  );

  test(
    'runtimes are switched while an image is shown, with the same answers',
    async () => {
      await using demo = await openDemo(browser, site.url);
      const { page } = demo;
      await page.getByRole('button', { name: 'Example 10' }).click();
      await eventually(() => page.textContent('#answer')).toMatch(/^ankle boot, /);
      await eventually(() => states(page)).toHaveLength(5);
      const before = await exitTexts(page);
      await chooseRuntime(page, { runtime: 'tfjs' });
      await page.getByRole('button', { name: 'Example 10' }).click();
      await eventually(() => exitTexts(page)).toEqual(before);
      expect(demo.complaints).toEqual([]);
    },
    timeout,
  );

  test(
    'drawing, with a pointer and with the keyboard',
    async () => {
      await using demo = await openDemo(browser, site.url);
      const { page } = demo;
      await page.locator('input[value=draw]').check({ force: true });
      const pad = page.locator('#pad');
      const box = (await pad.boundingBox()) as { x: number; y: number; width: number; height: number };
      await page.mouse.move(box.x + 60, box.y + 60);
      await page.mouse.down();
      await page.mouse.move(box.x + 60, box.y + 220, { steps: 5 });
      await page.mouse.up();
      await eventually(() => inkOf(page)).toBeGreaterThan(500);
      const ink = await inkOf(page);
      await pad.focus();
      for (const key of ['Space', ...Array.from({ length: 10 }, () => 'ArrowRight'), 'Space'])
        await page.keyboard.press(key);
      await eventually(() => inkOf(page)).toBeGreaterThan(ink);
      await eventually(async () => (await states(page)).includes('left')).toBe(true);
      await page.getByRole('button', { name: 'Clear' }).click();
      await eventually(() => inkOf(page)).toBeLessThan(500);
      expect(demo.complaints).toEqual([]);
    },
    timeout,
  );

  test(
    'a photo, and a file that is none',
    async () => {
      await using demo = await openDemo(browser, site.url);
      const { page } = demo;
      await page.locator('input[value=photo]').check({ force: true });
      // The tenth example, an ankle boot that no network takes for something else.
      const png = await page.evaluate(() =>
        ([...document.querySelectorAll('#examples canvas')].at(9) as HTMLCanvasElement).toDataURL(),
      );
      const buffer = Buffer.from(png.split(',')[1] as string, 'base64');
      await page.setInputFiles('#file', { name: 'boot.png', mimeType: 'image/png', buffer });
      await eventually(() => page.textContent('#answer')).toMatch(/^ankle boot, /);
      await page.setInputFiles('#file', { name: 'text.png', mimeType: 'image/png', buffer: Buffer.from('no image') });
      await eventually(() => page.textContent('#problem')).toContain('Choose a JPEG, PNG or WebP file');
      expect(demo.complaints).toEqual([]);
    },
    timeout,
  );

  test(
    'the camera',
    async () => {
      await using demo = await openDemo(browser, site.url);
      const { page } = demo;
      await page.locator('input[value=camera]').check({ force: true });
      await page.getByRole('button', { name: 'Start the camera' }).click();
      await eventually(() => page.getByRole('button', { name: 'Stop the camera' }).isVisible()).toBe(true);
      await page.waitForFunction(() => (document.querySelector('#video') as HTMLVideoElement).currentTime > 0);
      await eventually(async () => (await states(page)).includes('left')).toBe(true);
      await page.getByRole('button', { name: 'Stop the camera' }).click();
      expect(await page.evaluate(() => (document.querySelector('#video') as HTMLVideoElement).srcObject)).toBeNull();
      expect(demo.complaints).toEqual([]);
    },
    timeout,
  );

  test(
    '500 images: most leave early, and the budget moves that',
    async () => {
      await using demo = await openDemo(browser, site.url);
      const { page } = demo;
      await page.getByRole('button', { name: 'Run 500 images' }).click();
      await eventually(() => page.textContent('#run-text')).toContain('Correct:');
      const facts = await factsOf(page, '#run-facts');
      expect(facts.get('images')).toBe(500);
      // The bundle has about 89.9 % on rows that nothing was fitted on; 500 images vary by about 1.3 points.
      expect(facts.get('correct')).toBeGreaterThan(88);
      expect(facts.get('of the work')).toBeGreaterThan(20);
      expect(facts.get('of the work')).toBeLessThan(50);
      const slider = page.getByRole('slider', { name: 'Budget' });
      const before = await slider.getAttribute('aria-valuetext');
      await slider.focus();
      await page.keyboard.press('Home');
      expect(await slider.getAttribute('aria-valuetext')).not.toBe(before);
      expect((await factsOf(page, '#balance-facts')).get('of the work')).toBeLessThan(15);
      expect(demo.complaints).toEqual([]);
    },
    timeout,
  );

  test(
    'without a network after the first visit, on both runtimes',
    async () => {
      await using demo = await openDemo(browser, site.url);
      const { page, context } = demo;
      await eventually(() => page.textContent('#offline')).toContain('works without a network');
      await context.setOffline(true);
      await page.reload();
      await chooseRuntime(page, { runtime: 'onnx' });
      await chooseRuntime(page, { runtime: 'tfjs' });
      await page.getByRole('button', { name: 'Example 8' }).click();
      await eventually(() => page.textContent('#answer')).toMatch(/^sneaker, /);
    },
    timeout,
  );

  test.each([
    { phone: false, dark: false },
    { phone: true, dark: true },
  ])(
    'no violation of accessibility rules: phone $phone, dark $dark',
    async (settings) => {
      await using demo = await openDemo(browser, site.url, settings);
      const { page, complaints } = demo;
      // The policy of the page allows no foreign scripts, so axe is evaluated by the browser's debugger.
      await page.evaluate(await readFile(resolve('axe-core/axe.min.js'), 'utf8'));
      for (const source of ['examples', 'draw', 'photo', 'camera']) {
        await page.locator(`input[value=${source}]`).check({ force: true });
        const violations = await page.evaluate(async () => {
          const { axe } = globalThis as unknown as { axe: { run(): Promise<{ violations: readonly AxeViolation[] }> } };
          return (await axe.run()).violations.map(
            ({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' ')}`,
          );
        });
        expect(violations, source).toEqual([]);
      }
      const width = await page.evaluate(
        () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
      );
      expect(width, 'nothing is wider than the window').toBe(0);
      expect(complaints).toEqual([]);
    },
    timeout,
  );

  test(
    "ztw serve-demo: a bundle of one's own, without test images",
    async () => {
      const bundle = join(folder, 'my-bundle');
      await cp(join(resolve('@ztw/example-fashion/package.json'), '..', 'bundle'), bundle, { recursive: true });
      const server = await serveDemo({ bundle, page: join(folder, 'page'), host: '127.0.0.1', port: 0 });
      try {
        await using demo = await openDemo(browser, server.url);
        const { page } = demo;
        expect(await page.textContent('#load-text')).toContain('my-bundle');
        const png = await page.evaluate(() => (document.querySelector('#pad') as HTMLCanvasElement).toDataURL());
        const buffer = Buffer.from(png.split(',')[1] as string, 'base64');
        const images = Array.from({ length: 12 }, (_, index) => ({
          name: `${index}.png`,
          mimeType: 'image/png',
          buffer,
        }));
        await page.setInputFiles('#run-files', images);
        await eventually(() => page.textContent('#run-text')).toContain('per image');
        expect(demo.complaints).toEqual([]);
      } finally {
        await server[Symbol.asyncDispose]();
      }
    },
    timeout,
  );
});

/** Expects what a page shows in the end; a busy machine takes its time. */
function eventually<Value>(read: () => Promise<Value> | Value): ReturnType<typeof expect.poll<Value>> {
  return expect.poll(read, { timeout: 60_000 });
}

interface AxeViolation {
  readonly id: string;
  readonly nodes: readonly { readonly html: string }[];
}

/** What became of the image at each exit that has answered. */
async function states(page: Page): Promise<readonly string[]> {
  const all = await page
    .locator('#exits li')
    .evaluateAll((items) => items.map((item) => (item as HTMLElement).dataset.state));
  return all.flatMap((state) => (state === undefined || state === 'pending' ? [] : [state]));
}

async function exitTexts(page: Page): Promise<readonly string[]> {
  return page.locator('#exits li').allTextContents();
}

/** Pixels of the drawing that are not black. */
async function inkOf(page: Page): Promise<number> {
  return page.evaluate(() => {
    const { width, height } = document.querySelector('#pad') as HTMLCanvasElement;
    const context = (document.querySelector('#pad') as HTMLCanvasElement).getContext('2d') as CanvasRenderingContext2D;
    return context.getImageData(0, 0, width, height).data.filter((value, index) => index % 4 === 0 && value > 128)
      .length;
  });
}

/** The numbers of a list of facts by their names. */
async function factsOf(page: Page, list: string): Promise<ReadonlyMap<string, number>> {
  const pairs = await page
    .locator(`${list} > div`)
    .evaluateAll((items) =>
      items.map((item) => [item.querySelector('dt')?.textContent, item.querySelector('dd')?.textContent]),
    );
  return new Map(pairs.map(([name, value]) => [name ?? '', Number.parseFloat(value ?? '')]));
}
