import { type InputTensor, InvalidInputError, InvalidModelError } from '@ztw/core';
import { Tensor } from 'onnxruntime-common';
import { describe, expect, test } from 'vitest';
import { fakeModel, fakeRuntime } from '../../test/support/fake-runtime.ts';
import { runtimes } from '../../test/support/runtimes.ts';
import { tinyOnnx } from '../../test/support/tiny-onnx.ts';
import { openRowGraph, type RowGraphOptions } from './row-graph.ts';

/** Rows of two values. */
function pairs(data: InputTensor['data']): InputTensor {
  return { data, rowShape: [2] };
}

/** Doubles its rows and records what it was fed. The graph is fixed to `batch` rows where one is given. */
function doubler(batch?: number) {
  const fed: number[][] = [];
  const runtime = fakeRuntime({
    doubler: {
      inputNames: ['x'],
      outputNames: ['y'],
      run({ x }) {
        if (batch !== undefined && x?.dims[0] !== batch) {
          throw new Error(`got ${x?.dims[0]} rows instead of ${batch}`);
        }
        const values = x?.data as Float32Array;
        fed.push([...values]);
        return {
          y: new Tensor(
            'float32',
            values.map((value) => 2 * value),
            x?.dims ?? [],
          ),
        };
      },
    },
  });
  const options: RowGraphOptions = {
    ort: runtime.ort,
    bytes: fakeModel('doubler'),
    what: 'the doubler',
    inputs: [{ name: 'x', rowShape: [2], type: 'float32' }],
    outputs: [{ name: 'y', rowShape: [2], type: 'float32' }],
    batch: batch ?? 'dynamic',
    settings: {},
  };
  return { options, fed, log: runtime.log };
}

test('a dynamic graph gets all rows at once', async () => {
  const { options, fed } = doubler();
  const graph = await openRowGraph(options);
  expect(await graph.run([pairs(Float32Array.of(1, 2, 3, 4, 5, 6))], 3)).toEqual([
    pairs(Float32Array.of(2, 4, 6, 8, 10, 12)),
  ]);
  expect(fed).toHaveLength(1);
});

test('a fixed graph is fed in pieces, the last one padded with its last row', async () => {
  const { options, fed } = doubler(2);
  const graph = await openRowGraph(options);
  const input = Float32Array.of(1, 2, 3, 4, 5, 6);
  expect(await graph.run([pairs(input)], 3)).toEqual([pairs(Float32Array.of(2, 4, 6, 8, 10, 12))]);
  expect(fed).toEqual([
    [1, 2, 3, 4],
    [5, 6, 5, 6],
  ]);
  expect(input).toEqual(Float32Array.of(1, 2, 3, 4, 5, 6));
});

test('a fixed graph takes fewer rows than its batch', async () => {
  const { options, fed } = doubler(4);
  const graph = await openRowGraph(options);
  expect(await graph.run([pairs(Float32Array.of(7, 8))], 1)).toEqual([pairs(Float32Array.of(14, 16))]);
  expect(fed).toEqual([[7, 8, 7, 8, 7, 8, 7, 8]]);
});

test.each([
  ['too few values', new Float32Array(3), 2],
  ['too many values', new Float32Array(5), 2],
  ['float16 bits where float32 belongs', new Uint16Array(4), 2],
  ['no rows', new Float32Array(0), 0],
])('%s never reach ONNX Runtime', async (_, data, rows) => {
  const { options, fed } = doubler();
  const graph = await openRowGraph(options);
  await expect(graph.run([pairs(data)], rows)).rejects.toThrow(InvalidInputError);
  expect(fed).toEqual([]);
});

test('a model with other tensors is refused, and its session released', async () => {
  const { options, log } = doubler();
  const unfed = openRowGraph({ ...options, inputs: [] });
  await expect(unfed).rejects.toThrow(InvalidModelError);
  await expect(unfed).rejects.toThrow(/received x/);
  await expect(unfed).rejects.toMatchObject({ expected: [], received: ['x'], path: 'the doubler' });
  await expect(openRowGraph({ ...options, outputs: [{ ...options.outputs[0]!, name: 'z' }] })).rejects.toThrow(
    /Expected the outputs z .*; received y/,
  );
  expect(log).toEqual(['open doubler', 'release doubler', 'open doubler', 'release doubler']);
});

test('an output of another shape than described is refused', async () => {
  const { options } = doubler();
  const graph = await openRowGraph({ ...options, outputs: [{ name: 'y', rowShape: [3], type: 'float32' }] });
  await expect(graph.run([pairs(new Float32Array(2))], 1)).rejects.toThrow(
    /Expected float32 \[1, 3\] .*; received float32 \[1, 2\]/,
  );
});

describe.each(runtimes)('$name', ({ ort }) => {
  test('float16 goes in and out as bit patterns', async () => {
    const negate = tinyOnnx({
      nodes: [
        { operator: 'Cast', inputs: ['x'], outputs: ['wide'], attributes: { to: 1 } },
        { operator: 'Neg', inputs: ['wide'], outputs: ['negative'] },
        { operator: 'Cast', inputs: ['negative'], outputs: ['y'], attributes: { to: 10 } },
      ],
      inputs: [{ name: 'x', type: 'float16', dims: ['rows', 2] }],
      outputs: [{ name: 'y', type: 'float16', dims: ['rows', 2] }],
    });
    const graph = await openRowGraph({
      ort,
      bytes: negate,
      what: 'the negation',
      inputs: [{ name: 'x', rowShape: [2], type: 'float16' }],
      outputs: [{ name: 'y', rowShape: [2], type: 'float16' }],
      batch: 'dynamic',
      settings: {},
    });
    // 1, -2, 0.5, 65504 in binary16; the sign is the top bit.
    const bits = Uint16Array.of(0x3c00, 0xc000, 0x3800, 0x7bff);
    expect(await graph.run([pairs(bits)], 2)).toEqual([pairs(Uint16Array.of(0xbc00, 0x4000, 0xb800, 0xfbff))]);
    await graph.release();
  });

  test.each([
    ['float32', Float32Array.of(1, 2, 3, 4)],
    ['float16', Uint16Array.of(0x3c00, 0x4000, 0x4200, 0x4400)],
    ['int32', Int32Array.of(1, 2, 3, 4)],
    ['int64', BigInt64Array.of(1n, 2n, 3n, 4n)],
    ['uint8', Uint8Array.of(1, 2, 3, 4)],
  ] as const)('%s rows of any length go in, also in pieces', async (type, data) => {
    for (const batch of ['dynamic', 4] as const) {
      const axis = batch === 'dynamic' ? 'rows' : batch;
      const cast = tinyOnnx({
        nodes: [
          { operator: 'Cast', inputs: ['x'], outputs: ['y'], attributes: { to: 1 } },
          { operator: 'Identity', inputs: ['x'], outputs: ['same'] },
        ],
        inputs: [{ name: 'x', type, dims: [axis, 'length'] }],
        outputs: [
          { name: 'y', type: 'float32', dims: [axis, 'length'] },
          { name: 'same', type, dims: [axis, 'length'] },
        ],
      });
      const graph = await openRowGraph({
        ort,
        bytes: cast,
        what: 'the cast',
        inputs: [{ name: 'x', rowShape: ['length'], type }],
        outputs: [
          { name: 'y', rowShape: ['length'], type: 'float32' },
          { name: 'same', rowShape: ['length'], type },
        ],
        batch,
        settings: {},
      });
      for (const rowShape of [[2], [4], [1]]) {
        const rows = data.length / rowShape[0]!;
        expect(await graph.run([{ data, rowShape }], rows)).toEqual([
          { data: Float32Array.of(1, 2, 3, 4), rowShape },
          { data, rowShape },
        ]);
      }
      await graph.release();
    }
  });
});
