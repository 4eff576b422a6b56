import { InvalidDataError } from '@ztw/core';
import { describe, expect, it } from 'vitest';
import { openArray } from './array-data.ts';
import type { LabelledData } from './labelled-data.ts';
import { matchClasses } from './match-classes.ts';

function dataOf(labels: number[] | null, classNames: string[] | null): LabelledData {
  const target = { height: 1, width: 1, channels: 1, resize: 'none' } as const;
  return openArray(
    {
      ...target,
      name: 'animals',
      count: labels?.length ?? 3,
      layout: 'channels-last',
      labels: labels === null ? null : Int32Array.from(labels),
      classNames,
      row: () => new Uint8Array(1),
    },
    target,
  );
}

const network = { name: 'net.onnx', classes: 3, labels: ['dog', 'cat', 'bird'] };
const unnamed = { name: 'net.onnx', classes: 3, labels: null };

describe('matchClasses', () => {
  it('renumbers by name if names are known, also if the data lack classes', () => {
    const matched = matchClasses(dataOf([0, 1, 2], ['bird', 'cat', 'dog']), network);
    expect(matched).toMatchObject({ labels: Int32Array.of(2, 1, 0), classNames: network.labels });
    expect(matchClasses(dataOf([0, 0, 1], ['bird', 'dog']), network).labels).toEqual(Int32Array.of(2, 2, 0));
  });

  it('matches by index if the names have nothing in common or are unknown', () => {
    expect(matchClasses(dataOf([0, 1, 2], ['0', '1', '2']), network).labels).toEqual(Int32Array.of(0, 1, 2));
    expect(matchClasses(dataOf([0, 1, 2], ['bird', 'cat', 'dog']), unnamed).labels).toEqual(Int32Array.of(0, 1, 2));
    expect(matchClasses(dataOf([0, 1, 1], null), unnamed).labels).toEqual(Int32Array.of(0, 1, 1));
    expect(matchClasses(dataOf(null, null), network).labels).toBeNull();
  });

  it('matches only by name if the user gave the names', () => {
    const named = { ...network, namesFile: 'names.txt' };
    expect(matchClasses(dataOf([0, 1], ['bird', 'cat']), named).labels).toEqual(Int32Array.of(2, 1));
    expect(() => matchClasses(dataOf([0, 1, 2], ['Bird', 'cat', 'horse']), named)).toThrow(
      /names\.txt does not name 2 of the 3 classes of animals \(Bird, horse\); 2 of its 3 names are no class there \(dog, bird\)/,
    );
    expect(() => matchClasses(dataOf([0, 1, 2], ['0', '1', '2']), named)).toThrow(InvalidDataError);
    expect(matchClasses(dataOf([2, 0], null), named).labels).toEqual(Int32Array.of(2, 0));
  });

  it.each([
    [
      'another number of folders',
      dataOf([0, 1], ['bird', 'cat']),
      unnamed,
      /the data has 2 \(bird, cat\), the network 3\b/,
    ],
    ['a label above the classes', dataOf([0, 3], null), unnamed, /the data has 4, the network 3/],
    [
      'only some known names',
      dataOf([0, 1, 2], ['bird', 'cat', 'horse']),
      network,
      /3 \(bird, cat, horse\), the network 3 \(dog, cat, bird\)/,
    ],
  ])('refuses %s, with both numbers and names', (_, data, classes, message) => {
    expect(() => matchClasses(data, classes)).toThrow(InvalidDataError);
    expect(() => matchClasses(data, classes)).toThrow(message);
  });
});
