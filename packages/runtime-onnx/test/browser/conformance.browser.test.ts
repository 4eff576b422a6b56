// The staged model in a real browser, on bundles of a tiny network and of the one in the repository. Cutting, heads and
// writing the bundle happen in Node.

import * as node from 'onnxruntime-node';
import { testInChromium } from '../../../core/test/browser/test-in-chromium.ts';
import { bundleOf, cutNetwork, fashionNetwork, structuredRows } from '../support/cut-network.ts';
import { tinyBundle, tinyNetwork, tinyRows } from '../support/tiny-network.ts';

async function files(): Promise<ReadonlyMap<string, Uint8Array>> {
  const cut = await cutNetwork({ ort: node, path: fashionNetwork, sharpness: 4 });
  return new Map([
    ...served('tiny network', await tinyBundle(1), tinyNetwork().whole, tinyRows(16)),
    ...served(cut.name, await bundleOf(cut, null), cut.whole, structuredRows(cut.analysis.input.rowShape, 8, 3)),
  ]);
}

function served(
  network: string,
  bundle: ReadonlyMap<string, Uint8Array>,
  whole: Uint8Array,
  rows: Float32Array,
): readonly (readonly [string, Uint8Array])[] {
  const folder = `/${encodeURIComponent(network)}`;
  return [
    ...[...bundle].map(([path, bytes]) => [`${folder}/bundle/${path}`, bytes] as const),
    [`${folder}/whole.onnx`, whole],
    [`${folder}/rows.f32`, new Uint8Array(rows.buffer)],
  ];
}

const tiny = 'tiny network';
const fashion = 'fashion-resnet20';
// Both use float32, but a GPU's kernels choose another order of sums for each number of rows.
const tolerance = { absolute: 1e-4, relative: 1e-4 };

testInChromium({
  page: new URL('./page.html', import.meta.url),
  files,
  // It finds its .wasm files beside itself.
  exclude: ['onnxruntime-web'],
  // The larger network takes minutes on a GPU that runs in software.
  subjects: [
    { runtime: 'onnxruntime-web wasm', network: tiny },
    { runtime: 'onnxruntime-web wasm', network: fashion },
    { runtime: 'onnxruntime-web wasm (default build)', network: fashion },
    { runtime: 'onnxruntime-web webgpu', network: tiny, tolerance },
  ],
});
