// The built page in a real browser.

import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core';
import { preview } from 'vite';
import { findChromium } from '../../../packages/core/test/browser/find-chromium.ts';

/** A page, and everything that it complained about. */
export interface OpenedDemo {
  readonly page: Page;
  readonly context: BrowserContext;
  /** Errors and warnings of the console, uncaught errors, and requests to other sites. */
  readonly complaints: readonly string[];
  [Symbol.asyncDispose](): Promise<void>;
}

/** Chromium with a camera that shows a moving test picture; null where there is none. */
export async function launchWithCamera(): Promise<Browser | null> {
  const executablePath = findChromium();
  if (executablePath === null) {
    if (process.env.CI !== undefined) throw new Error('CI runs the tests of the demo, but here is no Chromium');
    return null;
  }
  return chromium.launch({
    executablePath,
    args: ['--no-sandbox', '--use-fake-device-for-media-stream', '--use-fake-ui-for-media-stream'],
  });
}

/** Serves a folder as any static host would. */
export async function serveFolder(folder: string): Promise<{ readonly url: string; close(): Promise<void> }> {
  const server = await preview({
    root: folder,
    configFile: false,
    logLevel: 'error',
    build: { outDir: '.' },
    preview: { host: '127.0.0.1', port: await freePort(), strictPort: true },
  });
  const url = server.resolvedUrls?.local[0];
  if (url === undefined) throw new Error(`the server of ${join(folder)} has no address`);
  return { url, close: () => server.close() };
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

export interface DemoSettings {
  readonly runtime?: 'onnx' | 'tfjs';
  readonly worker?: boolean;
  readonly phone?: boolean;
  readonly dark?: boolean;
  /** Whether the page may work offline. */
  readonly offline?: boolean;
}

/** Opens the page and waits until all stages are there. */
export async function openDemo(browser: Browser, url: string, settings: DemoSettings = {}): Promise<OpenedDemo> {
  const context = await browser.newContext({
    viewport: settings.phone === true ? { width: 390, height: 844 } : { width: 1200, height: 900 },
    colorScheme: settings.dark === true ? 'dark' : 'light',
    reducedMotion: 'reduce',
    permissions: ['camera'],
  });
  const page = await context.newPage();
  const complaints: string[] = [];
  page.on('console', (message) => {
    if (['error', 'warning'].includes(message.type())) complaints.push(message.text());
  });
  page.on('pageerror', (error) => complaints.push(error.message));
  page.on('request', (request) => {
    const isOwn = request.url().startsWith(url) || /^(blob|data):/.test(request.url());
    if (!isOwn) complaints.push(`request to ${request.url()}`);
  });
  await page.goto(url);
  await chooseRuntime(page, settings);
  return { page, context, complaints, [Symbol.asyncDispose]: () => context.close() };
}

/** Chooses a runtime and waits until it answers. */
export async function chooseRuntime(page: Page, { runtime = 'onnx', worker = true }: DemoSettings): Promise<void> {
  await page.locator(`input[value=${runtime}]`).check({ force: true });
  await page.locator('input[name=worker]').setChecked(worker);
  const ready = `${runtime}${worker ? ' worker' : ''}`;
  await page
    .waitForFunction((wanted) => document.documentElement.dataset.ready === wanted, ready, { timeout: 60_000 })
    .catch(async (cause) => {
      const texts = await page.locator('#load-text, #problem').allTextContents();
      throw new Error(`the page is not ready as "${ready}"; it says: ${texts.join(' | ')}`, { cause });
    });
}
