// Small networks for tests, written by the same builder that emits heads.

import type { NodeProto, ValueInfoProto } from 'onnx-buf';
import { intAttribute, intsAttribute, valueInfo } from '../../src/graph/build.ts';
import { createGraphBuilder, type GraphBuilder } from '../../src/graph/graph-builder.ts';
import { randomRows } from './staged.ts';

interface TinyOptions {
  readonly opset?: number;
  /** First dim of the input. */
  readonly batch?: number | string;
  readonly rowShape?: readonly (number | string)[];
  readonly inputs?: readonly ValueInfoProto[];
  readonly outputs?: readonly ValueInfoProto[];
}

interface TinyConvOptions {
  readonly stride?: number;
  readonly kernel?: number;
  readonly output?: string;
}

/** A model with input `x` and output `y`, whose nodes `write` adds; `write` returns nothing and names its last output `y`. */
export function tinyModel(write: (net: TinyNet) => void, options: TinyOptions = {}): Uint8Array {
  const { opset = 13, batch = 'N', rowShape = [2, 8, 8] } = options;
  const builder = createGraphBuilder(opset, ['x', 'y']);
  write(new TinyNet(builder));
  return builder.finish({
    name: 'tiny',
    inputs: options.inputs ?? [valueInfo('x', [batch, ...rowShape])],
    outputs: options.outputs ?? [valueInfo('y', [batch, 3])],
    irVersion: 8n,
  });
}

/** Shorthand for the layers that tests are made of; every method returns the name of its result. */
export class TinyNet {
  readonly builder: GraphBuilder;
  #seed = 1;

  constructor(builder: GraphBuilder) {
    this.builder = builder;
  }

  weights(dims: readonly number[]): string {
    this.#seed += 1;
    const values = randomRows(1, dims, this.#seed).data as Float32Array;
    const scale = Math.sqrt(2 / dims.slice(1).reduce((product, dim) => product * dim, 1));
    return this.builder.floats(
      'w',
      dims,
      values.map((value) => value * scale),
    );
  }

  conv(input: string, inChannels: number, outChannels: number, options: TinyConvOptions = {}): string {
    const { stride = 1, kernel = 3, output = '' } = options;
    const pad = Math.floor(kernel / 2);
    const attributes = [
      intsAttribute('kernel_shape', [kernel, kernel]),
      intsAttribute('strides', [stride, stride]),
      intsAttribute('pads', [pad, pad, pad, pad]),
    ];
    const weight = this.weights([outChannels, inChannels, kernel, kernel]);
    return this.builder.apply('Conv', [input, weight], attributes, output || this.builder.claim('conv'));
  }

  dense(input: string, inFeatures: number, outFeatures: number, output = ''): string {
    const weight = this.weights([outFeatures, inFeatures]);
    return this.builder.apply(
      'Gemm',
      [input, weight],
      [intAttribute('transB', 1)],
      output || this.builder.claim('dense'),
    );
  }

  apply(
    operator: string,
    inputs: readonly string[],
    attributes: Parameters<GraphBuilder['apply']>[2] = [],
    output = '',
  ): string {
    return this.builder.apply(operator, inputs, attributes, output || this.builder.claim(operator.toLowerCase()));
  }

  relu(input: string): string {
    return this.apply('Relu', [input]);
  }

  integers(values: readonly number[], dims: readonly number[] = [values.length]): string {
    return this.builder.integers('k', dims, values);
  }

  add(node: NodeProto): void {
    this.builder.add(node);
  }

  /** relu(x + conv(relu(conv(x)))) */
  residual(input: string, channels: number): string {
    const inner = this.conv(this.relu(this.conv(input, channels, channels)), channels, channels);
    return this.relu(this.apply('Add', [inner, input]));
  }

  /** Global average, flatten, dense to 3 classes named `y`. */
  classify(input: string, channels: number): string {
    const pooled = this.apply('GlobalAveragePool', [input]);
    return this.dense(this.apply('Flatten', [pooled], [intAttribute('axis', 1)]), channels, 3, 'y');
  }
}

/** Two residual blocks at two resolutions, one of them with a projection. */
export function tinyResnet(options: TinyOptions = {}): Uint8Array {
  return tinyModel((net) => {
    const stem = net.relu(net.conv('x', 2, 4));
    const first = net.residual(stem, 4);
    const main = net.conv(net.relu(net.conv(first, 4, 6, { stride: 2 })), 6, 6);
    const second = net.relu(net.apply('Add', [main, net.conv(first, 4, 6, { stride: 2, kernel: 1 })]));
    net.classify(net.residual(second, 6), 6);
  }, options);
}
