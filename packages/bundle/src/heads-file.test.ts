import { InvalidBundleError, InvalidInputError } from '@ztw/core';
import type { Head } from '@ztw/heads';
import { describe, expect, it } from 'vitest';
import { decodeHeads, encodeHeads, type HeadsFile } from './heads-file.ts';
import { decodeSafetensors, decodeSafetensorsMetadata, encodeSafetensors } from './safetensors.ts';

function head(inFeatures: number, first: number): Head {
  return {
    specification: {
      specificationVersion: 'v1',
      family: 'token',
      inputShape: [inFeatures],
      classes: 2,
      layers: [{ kind: 'dense', name: 'dense', inFeatures, outFeatures: 2 }],
    },
    parameters: {
      'dense.weight': {
        shape: [2, inFeatures],
        data: Float32Array.from({ length: 2 * inFeatures }, (_unused, index) => first + index / 7),
      },
      'dense.bias': { shape: [2], data: Float32Array.of(first, -first) },
    },
  };
}

const content: HeadsFile = {
  network: 'small',
  cuts: ['a', 'b'],
  heads: [head(3, 1), head(5, 2)],
  newClasses: 2,
  labels: ['cat', 'naïve'],
};

/** The same tensors with another description. */
function described(change: (description: Record<string, unknown>) => unknown): Uint8Array {
  const file = encodeHeads(content);
  const description = JSON.parse(decodeSafetensorsMetadata(file).ztw!) as Record<string, unknown>;
  return encodeSafetensors(decodeSafetensors(file), { ztw: JSON.stringify(change(description)) });
}

describe('a file of heads', () => {
  it.each([content, { ...content, newClasses: null, labels: null }])('gives back what was written', (original) => {
    expect(decodeHeads(encodeHeads(original))).toEqual(original);
    expect(encodeHeads(decodeHeads(encodeHeads(original)))).toEqual(encodeHeads(original));
  });

  it.each<[string, Partial<HeadsFile>, RegExp]>([
    ['too few cuts', { cuts: ['a'] }, /2 heads for 1 cuts/],
    ['no heads', { cuts: [], heads: [] }, /0 heads for 0 cuts/],
    ['other classes', { newClasses: 3 }, /head 0 answers 2 classes instead of 3/],
    ['too few labels', { labels: ['cat'] }, /1 labels for 2 classes/],
    ['values missing', { heads: [head(3, 1), { ...head(5, 2), parameters: {} }] }, /Head 1 has no values for dense/],
  ])('refuses to write %s', (_name, wrong, message) => {
    expect(() => encodeHeads({ ...content, ...wrong })).toThrow(InvalidInputError);
    expect(() => encodeHeads({ ...content, ...wrong })).toThrow(message);
  });

  it.each<[string, Uint8Array, RegExp]>([
    ['other tensors', encodeSafetensors(new Map()), /the entry "ztw"; received tensors without it/],
    ['no JSON', encodeSafetensors(new Map(), { ztw: '{' }), /not JSON/],
    ['another version', described((description) => ({ ...description, version: 2 })), /version.*reads version 1/],
    ['an unknown field', described((description) => ({ ...description, more: 1 })), /more/],
    ['an unknown layer', described((d) => ({ ...d, heads: [{ ...head(3, 1).specification, layers: [{}] }] })), /heads/],
    [
      'a head that has no values',
      described((d) => ({ ...d, heads: [head(3, 1).specification, head(6, 1).specification] })),
      /head under heads\.1\. has values of shape \[2,5\]/,
    ],
    [
      'values of no head',
      described((d) => ({ ...d, cuts: ['a'], heads: [head(3, 1).specification] })),
      /heads\.1\..* belongs to none of the described heads/,
    ],
    ['a file cut short', encodeHeads(content).subarray(0, 40), /cut short/],
  ])('refuses to read %s', (_name, file, message) => {
    expect(() => decodeHeads(file)).toThrow(InvalidBundleError);
    expect(() => decodeHeads(file)).toThrow(message);
  });
});
