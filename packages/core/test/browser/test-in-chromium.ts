// The conformance kit in a real browser: a page is served from its sources, opened in headless Chromium once per
// runtime and network, and runs one case after the other.

import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Tolerance, testConformance } from '../../src/testing/index.ts';
import type { PageOutcome, PageSubject } from './expose-conformance.ts';
import { findChromium } from './find-chromium.ts';
import { launchChromium } from './launch-chromium.ts';
import { type PageServer, type ServePageOptions, servePage } from './serve-page.ts';

export interface BrowserSubject extends PageSubject {
  readonly tolerance?: Tolerance;
}

export interface BrowserConformance extends Omit<ServePageOptions, 'files'> {
  readonly subjects: readonly BrowserSubject[];
  /** Bytes by absolute path on the server. */
  files(): Promise<ReadonlyMap<string, Uint8Array>>;
}

/** Without a Chromium every test is skipped, and says so; where `CI` is set it fails. */
export function testInChromium({ subjects, files, ...serving }: BrowserConformance): void {
  const executablePath = findChromium();
  describe('in Chromium', () => {
    let server: PageServer;
    let browser: Browser;

    beforeAll(async () => {
      if (executablePath === null) return;
      server = await servePage({ ...serving, files: await files() });
      browser = await launchChromium(executablePath);
    }, 120_000);

    afterAll(async () => {
      await browser?.close();
      await server?.close();
    });

    for (const { tolerance, ...subject } of subjects) {
      let opened: Promise<OpenedPage> | null = null;
      testConformance(
        { describe, test },
        {
          ...subject,
          runtime: `${subject.runtime}, Chromium`,
          ...(tolerance === undefined ? {} : { tolerance }),
          async run({ name }) {
            if (executablePath === null) return missing('no Chromium found (install one, or name it in ZTW_CHROMIUM)');
            opened ??= openPage(browser, server.url, subject);
            const { page, reason } = await opened;
            if (reason !== null) return missing(reason);
            const outcome = (await page.evaluate(`runCase(${JSON.stringify(name)})`)) as PageOutcome;
            if (outcome.status === 'fail') expect.fail(outcome.reason ?? '');
            return outcome.reason;
          },
        },
      );
    }
  });
}

function missing(reason: string): string {
  if (process.env.CI !== undefined) throw new Error(`CI runs all tests in the browser, but here is ${reason}`);
  return reason;
}

interface OpenedPage {
  readonly page: Page;
  /** Why the runtime cannot run there. */
  readonly reason: string | null;
}

async function openPage(browser: Browser, url: string, subject: PageSubject): Promise<OpenedPage> {
  const page = await browser.newPage();
  const complaints: string[] = [];
  page.on('pageerror', (error) => complaints.push(error.message));
  await page.goto(url);
  await page.waitForFunction('"openSubject" in globalThis', undefined, { timeout: 60_000 }).catch((cause) => {
    throw new Error(`the page did not start: ${complaints.join('; ')}`, { cause });
  });
  const reason = (await page.evaluate(`openSubject(${JSON.stringify(subject)})`)) as string | null;
  return { page, reason };
}
