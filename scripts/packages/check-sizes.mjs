// What an inference in a page downloads of our code: minified, gzipped, without the runtime. Needs a build.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';
import { root } from './pack-packages.mjs';

/** In kB (1000 bytes). Raise a budget only together with the reason in the commit. */
const budgets = [
  {
    name: 'classify and loadBundle on ONNX Runtime',
    from: 'packages/runtime-onnx',
    code: "export { loadBundle } from '@ztw/runtime-onnx'; export { classify } from '@ztw/core';",
    kilobytes: 30,
  },
  {
    name: 'classify and loadBundle on TensorFlow.js',
    from: 'packages/runtime-tfjs',
    code: "export { loadBundle } from '@ztw/runtime-tfjs'; export { classify } from '@ztw/core';",
    kilobytes: 39,
  },
  {
    name: 'ztw alone, without the packages below it',
    from: 'packages/ztw',
    code: "export { loadClassifier } from 'ztw';",
    kilobytes: 15,
    external: ['@ztw/*'],
  },
];

/** @returns the size of code in a page, kB gzipped. */
async function sizeOf({ from, code, external = [] }) {
  const { outputFiles } = await build({
    stdin: { contents: code, resolveDir: join(root, from) },
    bundle: true,
    minify: true,
    format: 'esm',
    platform: 'browser',
    // Hashes in script and zip archives are loaded only by pages that need them.
    external: ['onnxruntime-*', '@tensorflow/*', '@noble/*', 'unzipit', ...external],
    write: false,
    logLevel: 'error',
  });
  return gzipSync(outputFiles[0].contents, { level: 9 }).length / 1000;
}

let failures = 0;
for (const budget of budgets) {
  if (!existsSync(join(root, budget.from, 'dist'))) throw new Error(`${budget.from} is not built. Run pnpm build.`);
  const size = await sizeOf(budget);
  const within = size <= budget.kilobytes;
  if (!within) failures += 1;
  console.log(`${budget.name}: ${size.toFixed(1)} kB of ${budget.kilobytes} kB${within ? '' : '  TOO LARGE'}`);
}
process.exitCode = failures === 0 ? 0 : 1;
