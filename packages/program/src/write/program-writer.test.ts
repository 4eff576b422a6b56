import { describe, expect, test } from 'vitest';
import { channelsLastOrder, naturalOrder } from './axis-order.ts';
import { createProgramWriter, type ProgramWriter } from './program-writer.ts';
import { fixedSizes } from './size.ts';
import type { TensorValue } from './tensor-value.ts';

/** An input of rows `shape`, its axes in memory in `order`. */
function inputOf(
  writer: ProgramWriter,
  shape: readonly number[],
  order: readonly number[] = naturalOrder(shape.length + 1),
): TensorValue {
  const sizes = [{ fixed: 0, perRow: 1 }, ...fixedSizes(shape)];
  return { kind: 'tensor', name: writer.claim('x'), shape: sizes, order, columns: null };
}

const relu = (input: string) => ({ operator: 'function', function: 'relu', input }) as const;

describe('createProgramWriter', () => {
  test('names of results and weights are unique', () => {
    const writer = createProgramWriter();
    const input = inputOf(writer, [3]);
    const names = [
      input.name,
      writer.add(relu('x'), 'x'),
      writer.add(relu('x'), 'x'),
      writer.store('x', { shape: [1], data: Float32Array.of(1) }),
    ];
    expect(new Set(names).size).toBe(4);
    expect(writer.body([]).steps.map(({ output }) => output)).toEqual(names.slice(1, 3));
  });

  test('the same array in the same shape is stored once', () => {
    const writer = createProgramWriter();
    const data = Float32Array.of(1, 2, 3, 4);
    const first = writer.store('w', { shape: [2, 2], data });
    expect(writer.store('other', { shape: [2, 2], data })).toBe(first);
    expect(writer.store('flat', { shape: [4], data })).not.toBe(first);
    expect(writer.store('equal', { shape: [2, 2], data: data.slice() })).not.toBe(first);
    expect(writer.body([]).weights.size).toBe(3);
  });

  test('axes are moved once per order, and not if the order is right already', () => {
    const writer = createProgramWriter();
    const input = inputOf(writer, [3, 4, 5]);
    const map = writer.inOrder(input, channelsLastOrder(4));
    expect(writer.inOrder(input, channelsLastOrder(4)).name).toBe(map.name);
    expect(writer.natural(input)).toBe(input);
    expect(writer.inOrder(map, channelsLastOrder(4))).toBe(map);
    const { steps, shapes } = writer.body([map.name]);
    expect(steps).toEqual([{ operator: 'transpose', input: 'x', permutation: [0, 2, 3, 1], output: map.name }]);
    expect(shapes.get(map.name)?.map(({ fixed }) => fixed)).toEqual([0, 4, 5, 3]);
  });

  test('axes of length 1 are moved by a reshape', () => {
    const writer = createProgramWriter();
    const pixel = inputOf(writer, [3, 1, 1], channelsLastOrder(4));
    writer.natural(pixel);
    expect(writer.body([]).steps).toMatchObject([{ operator: 'reshape', shape: [{ perRow: 1 }, 3, 1, 1] }]);
  });

  test('columns in another order are gathered back', () => {
    const writer = createProgramWriter();
    const flat = { ...inputOf(writer, [3]), columns: [2, 0, 1] };
    // Column i in memory is column columns[i] of the network: column 0 of the network is at position 1.
    expect(writer.natural(flat).columns).toBeNull();
    expect(writer.body([]).steps).toMatchObject([{ operator: 'gather', axis: 1, indices: [1, 2, 0] }]);
  });

  test('the last result can be renamed', () => {
    const writer = createProgramWriter();
    writer.add(relu('x'), 'layer/function');
    expect(writer.renameLast('layer')).toBe('layer');
    expect(writer.body([]).steps).toMatchObject([{ output: 'layer' }]);
  });

  test('a returned body does not change with later steps', () => {
    const writer = createProgramWriter();
    writer.add(relu('x'), 'first');
    const before = writer.body(['first']);
    writer.add(relu('first'), 'second');
    expect(before.steps).toHaveLength(1);
  });
});
