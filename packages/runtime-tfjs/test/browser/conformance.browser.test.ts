// Stage programs in a real browser, on every backend that TensorFlow.js has there.

import { denseInput } from '@ztw/core/runtime';
import { testInChromium } from '../../../core/test/browser/test-in-chromium.ts';
import { fashionNetwork, structuredRows } from '../../../runtime-onnx/test/support/cut-network.ts';
import { tinyRows } from '../../../runtime-onnx/test/support/tiny-network.ts';
import { cutProgramNetwork, tinyProgramNetwork } from '../../src/__fixtures__/program-networks.ts';
import { serveNetwork } from './served-network.ts';
import { wasmFiles } from './wasm-files.ts';

const tiny = 'tiny network';
const fashion = 'fashion-resnet20';

async function files(): Promise<ReadonlyMap<string, Uint8Array>> {
  const network = await cutProgramNetwork(fashionNetwork);
  return new Map([
    ...(await serveNetwork(tiny, tinyProgramNetwork(), tinyRows(16))),
    ...(await serveNetwork(fashion, network, structuredRows(denseInput(network).rowShape, 8, 3))),
    ...wasmFiles(),
  ]);
}

// Both use float32, but a GPU's kernels choose another order of sums for each number of rows.
const tolerance = { absolute: 1e-4, relative: 1e-4 };

testInChromium({
  page: new URL('./page.html', import.meta.url),
  files,
  prebundle: [
    '@tensorflow/tfjs-core',
    '@tensorflow/tfjs-backend-wasm',
    '@tensorflow/tfjs-backend-webgl',
    '@tensorflow/tfjs-backend-webgpu',
  ],
  // The larger network takes minutes on a GPU that runs in software.
  subjects: [
    { runtime: 'TensorFlow.js wasm', network: tiny },
    { runtime: 'TensorFlow.js wasm', network: fashion },
    { runtime: 'TensorFlow.js webgl', network: tiny, tolerance },
    { runtime: 'TensorFlow.js webgpu', network: tiny, tolerance },
  ],
});
