import { DisposedError, InvalidInputError, InvalidModelError } from '@ztw/core';
import { describe, expect, test } from 'vitest';
import { runtimes } from '../../test/support/runtimes.ts';
import { tinyClasses, tinyInputShape, tinyNetwork, tinyRows } from '../../test/support/tiny-network.ts';
import { wholeModel } from './whole-model.ts';

const shape = { inputShape: tinyInputShape, classes: tinyClasses };

describe.each(runtimes)('$name', ({ ort }) => {
  test('a fixed-batch network gives the same logits as a dynamic one', async () => {
    const dynamic = await wholeModel({ ort, bytes: tinyNetwork().whole, ...shape });
    const fixed = await wholeModel({ ort, bytes: tinyNetwork(4).whole, batch: 4, ...shape });
    const input = { data: tinyRows(7), rows: 7 };
    const logits = await dynamic.runWhole(input);
    expect(logits).toHaveLength(7 * tinyClasses);
    expect(new Set(logits).size).toBeGreaterThan(tinyClasses);
    expect(await fixed.runWhole(input)).toEqual(logits);
    await dynamic[Symbol.asyncDispose]();
    await fixed[Symbol.asyncDispose]();
  });

  test('refuses bad input, other tensor names, and use after a dispose', async () => {
    const model = await wholeModel({ ort, bytes: tinyNetwork().whole, ...shape });
    await expect(model.runWhole({ data: Float32Array.of(1, Number.NaN), rows: 1 })).rejects.toThrow(InvalidInputError);
    await model[Symbol.asyncDispose]();
    await model[Symbol.asyncDispose]();
    await expect(model.runWhole({ data: tinyRows(1), rows: 1 })).rejects.toThrow(DisposedError);
    await expect(wholeModel({ ort, bytes: tinyNetwork().whole, input: 'pixels', ...shape })).rejects.toThrow(
      InvalidModelError,
    );
  });
});
