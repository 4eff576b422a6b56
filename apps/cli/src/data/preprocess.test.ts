import { InvalidDataError, InvalidInputError } from '@ztw/core';
import { describe, expect, it } from 'vitest';
import { createPreprocessing } from './normalisation.ts';
import { toInput } from './preprocess.ts';

const plain = createPreprocessing([3, 1, 2]);

describe('toInput', () => {
  it('brings channels first and applies (value / 255 - mean) / std per channel', () => {
    const preprocessing = createPreprocessing([3, 1, 2], { mean: '0,0.5,1', std: '1,0.5,2' });
    // One row of two pixels: red, green, blue of each.
    const input = toInput(Uint8Array.of(0, 51, 102, 255, 204, 153), 1, preprocessing);
    const expected = [0, 1, (0.2 - 0.5) / 0.5, (0.8 - 0.5) / 0.5, (0.4 - 1) / 2, (0.6 - 1) / 2];
    // Float32 rounding of one division.
    expected.forEach((value, index) => {
      expect(Math.abs((input[index] as number) - value)).toBeLessThan(1e-6);
    });
  });

  it('mirrors every row from left to right', () => {
    const pixels = Uint8Array.of(0, 51, 102, 255, 204, 153);
    const mirrored = Uint8Array.of(255, 204, 153, 0, 51, 102);
    expect(toInput(pixels, 1, plain, { flip: true })).toEqual(toInput(mirrored, 1, plain));
  });

  it('refuses a wrong number of pixels', () => {
    expect(() => toInput(new Uint8Array(5), 1, plain)).toThrow(InvalidInputError);
  });
});

describe('createPreprocessing', () => {
  it('knows the presets', () => {
    expect(createPreprocessing([1, 28, 28], { preset: 'fashion-mnist' })).toEqual({
      channels: 1,
      height: 28,
      width: 28,
      resize: 'none',
      mean: [0.286],
      std: [0.353],
    });
    expect(createPreprocessing([3, 32, 32], { preset: 'cifar10' }).mean).toEqual([0.485, 0.456, 0.406]);
  });

  it('lets --mean and --std override a preset, and repeats a single number', () => {
    const preprocessing = createPreprocessing([3, 8, 8], { preset: 'imagenet', mean: '0.5', resize: 'cover' });
    expect(preprocessing).toMatchObject({ mean: [0.5, 0.5, 0.5], std: [0.229, 0.224, 0.225], resize: 'cover' });
  });

  it.each([
    [{ preset: 'imagenette' }, /Expected --preset none, .*; received "imagenette"/],
    [{ mean: '0.1,abc,0.3' }, /Expected --mean as numbers/],
    [{ mean: '0.1,,0.3' }, /Expected --mean as numbers/],
    [{ mean: '0.1,0.2' }, /mean has 2 numbers .* 3 channels/],
    [{ std: '0' }, /Expected --std above 0/],
  ])('refuses %j', (options, message) => {
    const create = () => createPreprocessing([3, 8, 8], options);
    expect(create).toThrow(InvalidInputError);
    expect(create).toThrow(message);
  });

  it.each([[[16]], [[2, 8, 8]], [[3, 8, 8, 8]]])('refuses a network that takes no images: %j', (shape) => {
    expect(() => createPreprocessing(shape)).toThrow(InvalidDataError);
  });
});
