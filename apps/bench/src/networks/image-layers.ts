// Layers that several of the networks for images have.

import { imageClasses, type NetworkWriter } from './network-writer.ts';

/** `min(max(x, 0), 6)`, with its limits as nodes, as PyTorch writes them. */
export function relu6(writer: NetworkWriter, scope: string, input: string): string {
  const limits = [0, 6].map((limit) => writer.floats(`/${scope}/Constant_output_0`, [], [limit]));
  return writer.apply(scope, 'Clip', [input, ...limits]);
}

export function relu(writer: NetworkWriter, scope: string, input: string): string {
  return writer.apply(scope, 'Relu', [input]);
}

/** `x * sigmoid(x)` */
export function silu(writer: NetworkWriter, scope: string, input: string): string {
  return writer.apply(scope, 'Mul', [input, writer.apply(scope, 'Sigmoid', [input])]);
}

/** `min(max(x / 6 + 1/2, 0), 1)` */
export function hardSigmoid(writer: NetworkWriter, scope: string, input: string): string {
  return writer.apply(scope, 'HardSigmoid', [input], { alpha: { float: 1 / 6 } });
}

/** `x * hardSigmoid(x)`: opset 13 has no HardSwish. */
export function hardSwish(writer: NetworkWriter, scope: string, input: string): string {
  return writer.apply(scope, 'Mul', [input, hardSigmoid(writer, scope, input)]);
}

export type Activation = (writer: NetworkWriter, scope: string, input: string) => string;

export interface SqueezeExcitation {
  readonly channels: number;
  readonly squeezed: number;
  readonly activation: Activation;
  readonly scale: Activation;
}

/** Scales each channel by a function of the means of all channels. Source: Hu et al., 2018, section 3. */
export function squeezeExcitation(
  writer: NetworkWriter,
  scope: string,
  input: string,
  { channels, squeezed, activation, scale }: SqueezeExcitation,
): string {
  const means = writer.apply(`${scope}/avgpool`, 'GlobalAveragePool', [input]);
  const first = { from: channels, to: squeezed, normalised: false };
  const inner = writer.convolution(`${scope}.fc1`, means, first);
  const second = { from: squeezed, to: channels, normalised: false };
  const outer = writer.convolution(`${scope}.fc2`, activation(writer, `${scope}/activation`, inner), second);
  return writer.apply(scope, 'Mul', [scale(writer, `${scope}/scale_activation`, outer), input]);
}

/** Mean over all positions, `[rows, channels]`. */
export function globalMean(writer: NetworkWriter, input: string): string {
  return writer.apply('', 'Flatten', [writer.apply('avgpool', 'GlobalAveragePool', [input])], { axis: 1 });
}

/** The mean over all positions, and a dense layer. */
export function classifyMeans(writer: NetworkWriter, scope: string, input: string, channels: number): string {
  return writer.dense(scope, globalMean(writer, input), channels, imageClasses);
}

/** The nearest multiple of 8, but at least 90 % of the value. Source: MobileNetV2's reference code. */
export function divisibleByEight(value: number): number {
  const nearest = Math.max(8, Math.floor((value + 4) / 8) * 8);
  return nearest < 0.9 * value ? nearest + 8 : nearest;
}

/** Gain of the last layer of a residual branch, so that sums of many branches stay small. */
export const branchGain = 0.5;
