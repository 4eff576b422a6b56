// The heavy operations of training on TensorFlow.js kernels. They take and return arrays; on the wasm backend each
// costs one copy.

import type { Tensor, TensorInfo } from '@tensorflow/tfjs-core';
import { type ConvolutionGeometry, createScratchBuffer, type MathKernels, transposeInto } from '@ztw/core/runtime';
import { type FilterAxis, filterGradientByConvolution, type RunKernel } from './filter-gradient.ts';
import type { TensorflowCore } from './tensorflow-core.ts';

/**
 * Kernels on the backend that is set in `tf`. Results are read synchronously.
 */
export function tensorflowKernels(tf: TensorflowCore): MathKernels {
  const run: RunKernel = (name, inputs, attributes) =>
    tf.engine().runKernel(name, inputs as Record<string, Tensor>, attributes) as Tensor;

  /**
   * Runs `work`, frees all tensors and returns the values of its result. (`tidy` would search a returned array for
   * tensors.)
   */
  const valuesOf = (work: () => TensorInfo): Float32Array => {
    let values: Float32Array = new Float32Array(0);
    tf.tidy(() => {
      values = (work() as Tensor).dataSync<'float32'>();
    });
    return values;
  };

  /** Holds a transposed gradient. No kernel reads it after its call. */
  const gradientBuffer = createScratchBuffer();

  const matMul: MathKernels['matMul'] = (a, b, m, k, n) =>
    valuesOf(() =>
      run(
        'BatchMatMul',
        { a: tf.tensor(a, [1, m, k]), b: tf.tensor(b, [1, k, n]) },
        { transposeA: false, transposeB: false },
      ),
    );

  return {
    matMul,

    convolve(input, weight, geometry, output) {
      const { inChannels, outChannels, kernelSize, stride, padding, height, width, outHeight, outWidth } = geometry;
      const { rows } = input;
      const channelsLast = valuesOf(() =>
        run(
          'Conv2D',
          {
            x: tf.tensor(input.channelsLast(), [rows, height, width, inChannels]),
            filter: tf.tensor(filterOf(weight, geometry), [kernelSize, kernelSize, inChannels, outChannels]),
          },
          {
            strides: [stride, stride],
            pad: padding,
            dataFormat: 'NHWC',
            dilations: [1, 1],
            dimRoundingMode: 'floor',
          },
        ),
      );
      transposeInto(output, channelsLast, rows, outHeight * outWidth, outChannels);
    },

    convolutionFilterGradient(input, gradient, geometry, output) {
      const { inChannels, outChannels, kernelSize, stride, padding, height, width, outHeight, outWidth } = geometry;
      const { rows } = input;
      const axis = (inputSize: number, outputSize: number): FilterAxis => ({
        kernelSize,
        stride,
        padBefore: padding,
        inputSize,
        outputSize,
      });
      const positionsFirst = gradientBuffer(gradient.length); // [outHeight, outWidth, rows, outChannels]
      transposeInto(positionsFirst, gradient, 1, rows * outChannels, outHeight * outWidth);
      const swapped = valuesOf(() =>
        filterGradientByConvolution(
          run,
          () => undefined, // the tidy around it frees everything
          tf.tensor(input.rowsLast(), [inChannels, height, width, rows]),
          tf.tensor(positionsFirst, [outHeight, outWidth, rows, outChannels]),
          axis(height, outHeight),
          axis(width, outWidth),
        ),
      );
      // [inChannels, taps, outChannels] -> [outChannels, inChannels, taps]
      transposeInto(output, swapped, 1, inChannels * kernelSize * kernelSize, outChannels);
    },

    convolutionInputGradient(weight, gradient, rows, geometry, output) {
      const { inChannels, outChannels, kernelSize, outHeight, outWidth } = geometry;
      const taps = inChannels * kernelSize * kernelSize;
      const positions = outHeight * outWidth;
      const channelsLast = gradientBuffer(gradient.length);
      transposeInto(channelsLast, gradient, rows, outChannels, positions);
      addColumns(output, matMul(channelsLast, weight, rows * positions, outChannels, taps), rows, geometry);
    },
  };
}

/** `[out, in, k, k]` -> `[k, k, in, out]` */
function filterOf(weight: Float32Array, { inChannels, outChannels, kernelSize }: ConvolutionGeometry): Float32Array {
  const taps = kernelSize * kernelSize;
  const inputsLast = new Float32Array(weight.length); // [out, k, k, in]
  transposeInto(inputsLast, weight, outChannels, inChannels, taps);
  const filter = new Float32Array(weight.length);
  transposeInto(filter, inputsLast, 1, outChannels, taps * inChannels);
  return filter;
}

/**
 * Adds the gradient of each output position to the input positions that it was computed from.
 * @param output Receives `[rows, inChannels, height, width]`.
 * @param columns `[rows, outPositions, inChannels, kernelSize, kernelSize]`
 */
function addColumns(output: Float32Array, columns: Float32Array, rows: number, geometry: ConvolutionGeometry): void {
  const { inChannels, kernelSize, stride, padding, height, width, outHeight, outWidth } = geometry;
  output.fill(0);
  let source = 0;
  for (let row = 0; row < rows; row++) {
    for (let outY = 0; outY < outHeight; outY++) {
      for (let outX = 0; outX < outWidth; outX++) {
        const top = outY * stride - padding;
        const left = outX * stride - padding;
        for (let channel = 0; channel < inChannels; channel++) {
          const plane = (row * inChannels + channel) * height;
          for (let tapY = 0; tapY < kernelSize; tapY++) {
            const y = top + tapY;
            if (y < 0 || y >= height) {
              source += kernelSize;
              continue;
            }
            const target = (plane + y) * width + left;
            for (let tapX = 0; tapX < kernelSize; tapX++, source++) {
              const x = left + tapX;
              if (x >= 0 && x < width) {
                output[target + tapX] = (output[target + tapX] as number) + (columns[source] as number);
              }
            }
          }
        }
      }
    }
  }
}
