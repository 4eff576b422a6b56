import { create } from '@bufbuild/protobuf';
import { StringStringEntryProtoSchema } from 'onnx-buf';
import { describe, expect, it } from 'vitest';
import { type TinyNet, tinyModel } from '../../test/support/tiny.ts';
import { viewGraph } from '../graph/graph-view.ts';
import { readModel } from '../model/read-model.ts';
import { type ExpectedPixels, expectedPixels } from './expected-pixels.ts';

/** What a network of three channels expects whose first nodes `write` adds. */
function expectedOf(write: (net: TinyNet) => string, metadata: Record<string, string> = {}): ExpectedPixels | null {
  const model = readModel(
    tinyModel(
      (net) => {
        const pooled = net.apply('GlobalAveragePool', [net.conv(write(net), 3, 4)]);
        net.dense(net.apply('Flatten', [pooled]), 4, 3, 'y');
      },
      { rowShape: [3, 8, 8] },
    ),
  );
  for (const [key, value] of Object.entries(metadata)) {
    model.proto.metadataProps.push(create(StringStringEntryProtoSchema, { key, value }));
  }
  const view = viewGraph(model.graph, ['x'], 'y');
  return expectedPixels({ input: { name: 'x', rowShape: [3, 8, 8] }, source: { model, view } as never });
}

const scalar = (net: TinyNet, value: number): string => net.builder.floats('c', [], Float32Array.of(value));
const channels = (net: TinyNet, ...values: readonly number[]): string =>
  net.builder.floats('c', [1, 3, 1, 1], Float32Array.from(values));
const vector = (net: TinyNet, ...values: readonly number[]): string =>
  net.builder.floats('v', [3], Float32Array.from(values));

describe('expectedPixels', () => {
  it('finds nothing in a network that begins with a convolution', () => {
    expect(expectedOf(() => 'x')).toBeNull();
  });

  it('reads a division by 255', () => {
    expect(expectedOf((net) => net.apply('Div', ['x', scalar(net, 255)]))).toEqual({
      range: 'bytes',
      evidence: 'its first nodes subtract 0 and divide by 255',
    });
  });

  it('joins several nodes: a scale to -1..1, with the constant on either side', () => {
    const range = expectedOf((net) =>
      net.apply('Add', [scalar(net, -1), net.apply('Mul', [scalar(net, 1 / 127.5), 'x'])]),
    );
    expect(range).toEqual({ range: 'bytes', evidence: 'its first nodes subtract 127.5 and divide by 127.5' });
  });

  it('reads values per channel, through nodes that change none', () => {
    const range = expectedOf((net) => {
      const centred = net.apply('Sub', [net.apply('Identity', ['x']), channels(net, 0.485, 0.456, 0.406)]);
      return net.apply('Div', [centred, channels(net, 0.229, 0.224, 0.225)]);
    });
    expect(range?.range).toBe('unit');
  });

  it.each([
    ['of pixels from 0 to 255', [120, 115, 100], [3600, 3500, 3600], 'bytes'],
    ['of pixels from 0 to 1', [0.48, 0.45, 0.4], [0.05, 0.05, 0.05], 'unit'],
    ['of pixels that are standardised', [0, 0.01, 0], [1, 1, 1], null],
  ])('reads the statistics of a batch normalisation %s', (_what, mean, variance, range) => {
    const found = expectedOf((net) => {
      const values = [vector(net, 0.7, 1.4, 2), vector(net, 3, -3, 0), vector(net, ...mean), vector(net, ...variance)];
      return net.apply('BatchNormalization', ['x', ...values]);
    });
    expect(found?.range ?? null).toBe(range);
  });

  it('does not take a reversed difference or a large constant for a normalisation', () => {
    expect(expectedOf((net) => net.apply('Sub', [scalar(net, 255), 'x']))).toBeNull();
    const map = (net: TinyNet): string => net.builder.floats('m', [3, 8, 8], new Float32Array(192).fill(255));
    expect(expectedOf((net) => net.apply('Div', ['x', map(net)]))).toBeNull();
  });

  it('does not follow an input that two nodes read', () => {
    const range = expectedOf((net) => net.apply('Add', [net.apply('Div', ['x', scalar(net, 255)]), 'x']));
    expect(range).toBeNull();
  });

  it.each([
    ['NominalRange_0_255', 'bytes'],
    ['Normalized_0_1', 'unit'],
    ['Normalized_1_1', 'signed'],
    ['NominalRange_16_235', null],
  ])('reads the metadata %s', (value, range) => {
    expect(expectedOf(() => 'x', { 'Image.NominalPixelRange': value })?.range ?? null).toBe(range);
  });
});
