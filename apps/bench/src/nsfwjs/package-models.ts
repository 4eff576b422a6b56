// The networks of the npm package nsfwjs, which ships their shards as scripts. The package (41 MB) is fetched once into
// a temporary folder, because nothing else needs it.

import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { io } from '@tensorflow/tfjs-core';

export const nsfwjsVersion = '4.4.0';

function packageFolder(): string {
  const root = join(tmpdir(), `ztw-nsfwjs-${nsfwjsVersion}`);
  const found = join(root, 'node_modules', 'nsfwjs');
  if (!existsSync(found)) {
    mkdirSync(root, { recursive: true });
    const flags = ['--ignore-scripts', '--legacy-peer-deps', '--no-save', '--no-audit', '--no-fund', '--silent'];
    execFileSync('npm', ['install', '--prefix', root, ...flags, `nsfwjs@${nsfwjsVersion}`], { stdio: 'inherit' });
  }
  return join(found, 'dist', 'models');
}

/** The files of a network, in the form that TensorFlow.js loads. */
export function nsfwjsModel(name: string): io.IOHandler {
  const path = join(packageFolder(), name);
  const require = createRequire(join(path, 'model.min.js'));
  const file = require(join(path, 'model.min.js')) as io.ModelJSON;
  const shards = file.weightsManifest
    .flatMap(({ paths }) => paths)
    .map((shard) => require(join(path, `${shard}.min.js`)) as string);
  const bytes = Buffer.concat(shards.map((shard) => Buffer.from(shard, 'base64')));
  return {
    load: async () => ({
      modelTopology: file.modelTopology,
      ...(file.format === undefined ? {} : { format: file.format }),
      weightSpecs: file.weightsManifest.flatMap(({ weights }) => weights),
      weightData: bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length) as ArrayBuffer,
    }),
  };
}
