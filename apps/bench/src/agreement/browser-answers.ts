import { readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { findChromium } from '../../../../packages/core/test/browser/find-chromium.ts';
import { launchChromium } from '../../../../packages/core/test/browser/launch-chromium.ts';
import { servePage } from '../../../../packages/core/test/browser/serve-page.ts';
import type { Answers } from './agreement-job.ts';
import type { ReadJob } from './read-job.ts';

export interface BrowserAnswers {
  answer(runtime: 'onnx' | 'tensorflow', backend: string, rows: number): Promise<Answers>;
  [Symbol.asyncDispose](): Promise<void>;
}

/** Starts headless Chromium with the job; null where there is no Chromium. */
export async function openBrowser({ job, files, data }: ReadJob): Promise<BrowserAnswers | null> {
  const executablePath = findChromium();
  if (executablePath === null) return null;
  const server = await servePage({
    page: new URL('./page.html', import.meta.url),
    files: new Map([
      ['/job.json', new TextEncoder().encode(JSON.stringify(job))],
      ['/rows.f32', new Uint8Array(data.buffer, data.byteOffset, data.byteLength)],
      ...[...files].map(([path, bytes]) => [`/files/${path}`, bytes] as const),
      ...wasmFiles(),
    ]),
    prebundle: ['core', 'backend-wasm', 'backend-webgl', 'backend-webgpu'].map((name) => `@tensorflow/tfjs-${name}`),
    exclude: ['onnxruntime-web'],
  });
  const browser = await launchChromium(executablePath);
  return {
    async answer(...settings) {
      const page = await browser.newPage();
      await page.goto(server.url);
      await page.waitForFunction('"answer" in globalThis', undefined, { timeout: 60_000 });
      const answers = (await page.evaluate(`answer(...${JSON.stringify(settings)})`)) as Answers;
      await page.close();
      return answers;
    },
    async [Symbol.asyncDispose]() {
      await browser.close();
      await server.close();
    },
  };
}

function wasmFiles(): readonly (readonly [string, Uint8Array])[] {
  const folder = dirname(createRequire(import.meta.url).resolve('@tensorflow/tfjs-backend-wasm'));
  const names = readdirSync(folder).filter((name) => name.endsWith('.wasm'));
  return names.map((name) => [`/tensorflow-wasm/${name}`, new Uint8Array(readFileSync(join(folder, name)))]);
}
