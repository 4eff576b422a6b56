import * as v from 'valibot';
import type { LayerDefinition } from './layer-definition.ts';
import { sizesOf } from './shape-checks.ts';

/** `[height, width, channels]` -> `[channels, height, width]`. No parameters. */
export interface ChannelsFirstLayer {
  readonly kind: 'channels-first';
}

export const channelsFirst: LayerDefinition<ChannelsFirstLayer> = {
  fields: { kind: v.literal('channels-first') },
  outputShape(layer, shape) {
    const [height, width, channels] = sizesOf(layer, shape, 3, '[height, width, channels]');
    return [channels, height, width];
  },
  execute(_layer, { rows, data }, { outputShape }) {
    const [channels = 0, height = 0, width = 0] = outputShape;
    const positions = height * width;
    const output = new Float32Array(data.length);
    for (let row = 0; row < rows; row++) {
      const start = row * positions * channels;
      for (let position = 0; position < positions; position++) {
        for (let channel = 0; channel < channels; channel++) {
          output[start + channel * positions + position] = data[start + position * channels + channel] as number;
        }
      }
    }
    return output;
  },
  write: (_layer, value, { writer }) => writer.transpose(value, [2, 0, 1]),
};
