import '@tensorflow/tfjs-backend-wasm';
import * as tf from '@tensorflow/tfjs-core';
import * as layers from '@tensorflow/tfjs-layers';

/** A LayersModel for Fashion-MNIST with random weights. Yours would be pretrained. */
export async function smallModel(): Promise<layers.LayersModel> {
  await tf.setBackend('wasm');
  const initial = (seed: number) => layers.initializers.heNormal({ seed });
  const convolution = (filters: number, seed: number, strides = 2) =>
    layers.layers.conv2d({
      filters,
      kernelSize: 3,
      strides,
      padding: 'same',
      activation: 'relu',
      kernelInitializer: initial(seed),
    });
  const model = layers.sequential({ name: 'small' });
  model.add(layers.layers.inputLayer({ inputShape: [28, 28, 1] }));
  for (const layer of [convolution(8, 1), convolution(16, 2), convolution(32, 3)]) model.add(layer);
  model.add(layers.layers.globalAveragePooling2d({}));
  model.add(layers.layers.dense({ units: 10, kernelInitializer: initial(4) }));
  return model;
}
