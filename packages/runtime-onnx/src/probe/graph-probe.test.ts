import { RuntimeFailureError, UnsupportedModelError } from '@ztw/core';
import { describe, expect, test } from 'vitest';
import { fakeModel, fakeRuntime } from '../../test/support/fake-runtime.ts';
import { runtimes } from '../../test/support/runtimes.ts';
import { type TinyGraph, type TinyValue, tinyOnnx } from '../../test/support/tiny-onnx.ts';
import { createGraphProbe } from './graph-probe.ts';

const input: TinyValue = { name: 'x', type: 'float32', dims: ['rows', 3] };
const output = (name: string, type: TinyValue['type'] = 'float32'): TinyValue => ({ name, type, dims: null });

const graph: TinyGraph = {
  nodes: [
    { operator: 'Identity', inputs: ['x'], outputs: ['same'] },
    { operator: 'Shape', inputs: ['x'], outputs: ['shape'] },
    { operator: 'Cast', inputs: ['shape'], outputs: ['flags'], attributes: { to: 9 } },
    { operator: 'Expand', inputs: ['one', 'far'], outputs: ['long'] },
    { operator: 'Identity', inputs: ['end'], outputs: ['beyond'] },
  ],
  inputs: [input],
  outputs: [
    output('same'),
    output('shape', 'int64'),
    output('flags', 'bool'),
    output('long', 'int64'),
    output('beyond', 'int64'),
  ],
  constants: [
    { name: 'one', dims: [1], values: BigInt64Array.of(1n) },
    { name: 'far', dims: [1], values: BigInt64Array.of(65n) },
    { name: 'end', dims: [1], values: BigInt64Array.of(2n ** 63n - 1n) },
  ],
};

describe.each(runtimes)('$name', ({ ort }) => {
  const probe = createGraphProbe({ ort });

  test('reports dims, types and small integer values of every output', async () => {
    const tensors = await probe(tinyOnnx(graph), [{ name: 'x', type: 'float32', dims: [5, 3] }]);
    expect(Object.fromEntries(tensors)).toEqual({
      same: { dims: [5, 3], type: 'float32', values: null },
      shape: { dims: [2], type: 'int64', values: [5, 3] },
      flags: { dims: [2], type: 'bool', values: [1, 1] },
      // More than 64 elements, and a value that a double cannot hold.
      long: { dims: [65], type: 'int64', values: null },
      beyond: { dims: [1], type: 'int64', values: null },
    });
  });

  test('feeds integer inputs', async () => {
    const ids = tinyOnnx({
      nodes: [{ operator: 'Identity', inputs: ['ids'], outputs: ['same'] }],
      inputs: [{ name: 'ids', type: 'int64', dims: ['rows', 2] }],
      outputs: [output('same', 'int64')],
    });
    const tensors = await probe(ids, [{ name: 'ids', type: 'int64', dims: [1, 2] }]);
    expect(tensors.get('same')).toEqual({ dims: [1, 2], type: 'int64', values: [0, 0] });
  });

  test('names an output that is not a tensor', async () => {
    const sequence = tinyOnnx({
      nodes: [{ operator: 'SequenceConstruct', inputs: ['x'], outputs: ['many'] }],
      inputs: [input],
      outputs: [output('many', 'sequence')],
    });
    const probing = probe(sequence, [{ name: 'x', type: 'float32', dims: [1, 3] }]);
    await expect(probing).rejects.toThrow(UnsupportedModelError);
    await expect(probing).rejects.toThrow(/"many"/);
  });

  test('reports a model that cannot be opened', async () => {
    await expect(probe(Uint8Array.of(1, 2, 3), [])).rejects.toThrow(RuntimeFailureError);
  });
});

test('does not optimise the graph, and releases the session also after a failure', async () => {
  const runtime = fakeRuntime({
    bad: {
      inputNames: [],
      outputNames: [],
      run() {
        throw new Error('broken');
      },
    },
  });
  const probe = createGraphProbe({ ort: runtime.ort });
  await expect(probe(fakeModel('bad'), [])).rejects.toThrow(/broken/);
  expect(runtime.options).toMatchObject([{ graphOptimizationLevel: 'disabled' }]);
  expect(runtime.log).toEqual(['open bad', 'run bad', 'release bad']);
  await expect(probe(fakeModel('bad'), [{ name: 's', type: 'string', dims: [1] }])).rejects.toThrow(
    UnsupportedModelError,
  );
  expect(runtime.log.at(-1)).toBe('release bad');
});
