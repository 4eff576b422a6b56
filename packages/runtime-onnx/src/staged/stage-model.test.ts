import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { runAllExits } from '@ztw/core';
import { denseInputs, rowSize } from '@ztw/core/runtime';
import { describe, expect, test } from 'vitest';
import { cutNetwork } from '../../test/support/cut-network.ts';
import { runtimes } from '../../test/support/runtimes.ts';
import { readFrom } from '../../test/support/tiny-network.ts';
import type { OnnxRuntime } from '../ort/onnx-runtime.ts';
import { loadNetwork } from './load-network.ts';

const path = join(import.meta.dirname, '../../../runtime-tfjs/test/families/vgg-11.onnx');

/** An ONNX Runtime of before the option `externalData`. */
function withoutExternalData(ort: OnnxRuntime, opened: Uint8Array[]): OnnxRuntime {
  const create = (bytes: Uint8Array, { externalData: _ignored, ...options }: Record<string, unknown>) => {
    opened.push(bytes);
    return ort.InferenceSession.create(bytes, options);
  };
  return { ...ort, InferenceSession: { create } as unknown as OnnxRuntime['InferenceSession'] };
}

describe.each(runtimes)('values outside the model, on $name', ({ ort }) => {
  test('the same answers where the runtime takes them from memory and where it cannot', async () => {
    const { network, files, analysis } = await cutNetwork({ ort, path });
    const { classes, input } = analysis;
    const facts = { network, classes, inputs: denseInputs(input.rowShape), readFile: readFrom(new Map(files)) };
    const opened: Uint8Array[] = [];
    await using external = await loadNetwork({ ort, ...facts });
    await using folded = await loadNetwork({ ort: withoutExternalData(ort, opened), ...facts });
    const rows = { rows: 2, data: Float32Array.from({ length: 2 * rowSize(input.rowShape) }, (_, at) => Math.sin(at)) };
    expect(await runAllExits(folded, rows)).toEqual(await runAllExits(external, rows));
    const held = opened.reduce((sum, { length }) => sum + length, 0);
    expect(held).toBeGreaterThan(0.9 * readFileSync(path).length);
  });
});
