// Graphs of every build that exporters write, each small: cut everywhere, staged must equal whole.

import { create } from '@bufbuild/protobuf';
import { UnsupportedModelError } from '@ztw/core';
import {
  AttributeProto_AttributeType,
  AttributeProtoSchema,
  GraphProtoSchema,
  NodeProtoSchema,
  TensorProto_DataType,
} from 'onnx-buf';
import { describe, expect, test } from 'vitest';
import { intAttribute, intsAttribute, makeNode, untypedOutput, valueInfo } from '../src/graph/build.ts';
import { analyseGraph, type Cut, chooseCuts, compileNetwork, type GraphAnalysis, readModel } from '../src/index.ts';
import { initialHeads, largestDifference, randomRows, runStaged } from './support/staged.ts';
import { type TinyNet, tinyModel, tinyResnet } from './support/tiny.ts';
import { runModel, wasmProbe } from './support/wasm.ts';

const atol = 2e-5;

async function analyse(bytes: Uint8Array): Promise<GraphAnalysis> {
  return analyseGraph(readModel(bytes), wasmProbe);
}

/** A cut whose first tensor a head can read. */
const readable = ({ tensors }: Cut): boolean => tensors[0]!.rowShape.length <= 3;

async function expectEveryCutToHold(bytes: Uint8Array, batches: readonly number[] = [1, 3]): Promise<GraphAnalysis> {
  const analysis = await analyse(bytes);
  const inputs = batches.map((rows) => randomRows(rows, analysis.input.rowShape, rows));
  const wholes = [];
  for (const input of inputs) wholes.push((await runModel(bytes, { x: input })).y!.data);
  for (const cut of analysis.cuts.filter(readable)) {
    const heads = initialHeads([cut], analysis.classes);
    const compiled = compileNetwork({ analysis, cuts: [cut], heads, name: 'tiny', pathPrefix: '' });
    const staged = await runStaged(compiled, inputs);
    for (const [index, whole] of wholes.entries()) {
      expect(largestDifference(staged[index]![1]!, whole), cut.name).toBeLessThanOrEqual(atol);
    }
  }
  return analysis;
}

const blockNames = (analysis: GraphAnalysis): readonly string[] =>
  chooseCuts(analysis, { kind: 'all' }).map(({ name }) => name);

/** conv, relu, pool twice, then two dense layers: no joins anywhere. */
function vggLike(net: TinyNet): void {
  const pool = [intsAttribute('kernel_shape', [2, 2]), intsAttribute('strides', [2, 2])];
  const first = net.apply('MaxPool', [net.relu(net.conv('x', 2, 4))], pool, 'pool1');
  const second = net.apply('MaxPool', [net.relu(net.conv(first, 4, 6))], pool, 'pool2');
  const flat = net.apply('Flatten', [second], [intAttribute('axis', 1)]);
  const hidden = net.apply('Relu', [net.dense(flat, 24, 8)], [], 'hidden');
  net.dense(hidden, 8, 3, 'y');
}

test.each([11, 13, 18])('a residual network at opset %i', async (opset) => {
  const analysis = await expectEveryCutToHold(tinyResnet({ opset }));
  expect(analysis.opset).toBe(opset);
  expect(blockNames(analysis)).toHaveLength(3);
});

test('a VGG-like network has a block at each layer, behind its activation and pool', async () => {
  const analysis = await expectEveryCutToHold(tinyModel(vggLike));
  expect(blockNames(analysis)).toEqual(['pool1', 'pool2', 'hidden']);
});

test('a gate on wide features: the block ends in the projection, where fewer values cross', async () => {
  const bytes = tinyModel((net) => {
    let features = net.relu(net.conv('x', 2, 4));
    for (const block of ['first', 'second']) {
      const wide = net.relu(net.conv(features, 4, 12, { kernel: 1 }));
      const means = net.conv(net.apply('GlobalAveragePool', [wide]), 12, 12, { kernel: 1 });
      const gated = net.apply('Mul', [net.apply('Sigmoid', [means]), wide], [], `${block}_gated`);
      features = net.conv(gated, 12, 4, { kernel: 1, output: `${block}_projected` });
    }
    net.classify(net.relu(net.residual(net.residual(features, 4), 4)), 4);
  });
  const names = blockNames(await expectEveryCutToHold(bytes));
  expect(names.slice(0, 2)).toEqual(['first_projected', 'second_projected']);
});

test('a fixed batch: everything is said of that many rows, costs of one', async () => {
  const analysis = await expectEveryCutToHold(tinyResnet({ batch: 4 }), [4]);
  const free = await analyse(tinyResnet());
  expect(analysis.batch).toBe(4);
  expect(analysis.backboneMacs).toBe(free.backboneMacs);
  expect(analysis.cuts.map(({ tensors }) => tensors)).toEqual(free.cuts.map(({ tensors }) => tensors));
  const { network } = compileNetwork({ analysis, cuts: [], heads: [], name: 'tiny', pathPrefix: '' });
  expect(network.batch).toBe(4);
});

describe('transformers', () => {
  const width = 8;
  const norm = (net: TinyNet, input: string): string => {
    const gain = net.builder.floats('gain', [width], new Float32Array(width).fill(1.5));
    return net.apply('LayerNormalization', [input, gain], [intAttribute('axis', -1)]);
  };
  const attention = (net: TinyNet, input: string): string => {
    const [query, key, value] = [1, 2, 3].map(() => net.apply('MatMul', [input, net.weights([width, width])]));
    const scores = net.apply('MatMul', [query!, net.apply('Transpose', [key!], [intsAttribute('perm', [0, 2, 1])])]);
    const mixed = net.apply('MatMul', [net.apply('Softmax', [scores], [intAttribute('axis', -1)]), value!]);
    return net.apply('MatMul', [mixed, net.weights([width, width])]);
  };
  const mlp = (net: TinyNet, input: string): string => {
    const hidden = net.apply('MatMul', [input, net.weights([width, 16])]);
    const swish = net.apply('Mul', [hidden, net.apply('Sigmoid', [hidden])]);
    return net.apply('MatMul', [swish, net.weights([16, width])]);
  };
  const transformer = (layer: (net: TinyNet, input: string, name: string) => string, end: typeof norm): Uint8Array =>
    tinyModel(
      (net) => {
        let sequence = net.apply('MatMul', ['x', net.weights([5, width])]);
        for (const name of ['layer0', 'layer1']) sequence = layer(net, sequence, net.builder.claim(name));
        const token = net.apply('Gather', [end(net, sequence), net.integers([0], [])], [intAttribute('axis', 1)]);
        net.dense(token, width, 3, 'y');
      },
      { opset: 17, rowShape: [6, 5] },
    );

  test('norms before: a block is attention and MLP, and ends in the sum', async () => {
    const bytes = transformer((net, input, name) => {
      const attended = net.apply('Add', [input, attention(net, norm(net, input))]);
      return net.apply('Add', [attended, mlp(net, norm(net, attended))], [], name);
    }, norm);
    expect(blockNames(await expectEveryCutToHold(bytes))).toEqual(['layer0', 'layer1']);
  });

  test('norms behind: a block ends in the norm of its sum', async () => {
    const named = (net: TinyNet, input: string, name: string): string =>
      net.apply(
        'LayerNormalization',
        [input, net.builder.floats('gain', [width], new Float32Array(width).fill(2))],
        [],
        name,
      );
    const bytes = transformer(
      (net, input, name) => {
        const attended = norm(net, net.apply('Add', [input, attention(net, input)]));
        return named(net, net.apply('Add', [attended, mlp(net, attended)]), name);
      },
      (_net, sequence) => sequence,
    );
    expect(blockNames(await expectEveryCutToHold(bytes))).toEqual(['layer0', 'layer1']);
  });
});

describe('targets derived from shapes', () => {
  /** Shape -> Gather -> Unsqueeze -> Concat with -1 -> Reshape: how PyTorch spells `x.view(x.size(0), -1)`. */
  function flattened(net: TinyNet, source: 'x' | 'features'): void {
    const features = net.relu(net.conv(net.relu(net.conv('x', 2, 4)), 4, 4));
    const shape = net.apply('Shape', [source === 'x' ? 'x' : features]);
    const rows = net.apply('Gather', [shape, net.integers([0], [])], [intAttribute('axis', 0)]);
    const listed = net.apply('Unsqueeze', [rows, net.integers([0])]);
    const target = net.apply('Concat', [listed, net.integers([-1])], [intAttribute('axis', 0)]);
    net.dense(net.apply('Reshape', [features, target]), 256, 3, 'y');
  }

  test.each(['features', 'x'] as const)('the batch read off %s', async (source) => {
    const analysis = await expectEveryCutToHold(tinyModel((net) => flattened(net, source)));
    // The shape of the input crosses no cut: every stage makes its own.
    expect(analysis.cuts.every(({ tensors }) => tensors.length === 1)).toBe(true);
  });

  test('a batch folded into another axis and back', async () => {
    const analysis = await expectEveryCutToHold(
      tinyModel((net) => {
        const features = net.relu(net.conv('x', 2, 4));
        const rows = net.apply('Gather', [net.apply('Shape', ['x']), net.integers([0])], [intAttribute('axis', 0)]);
        const folded = net.apply('Mul', [rows, net.integers([4])]); // rows * channels
        const apart = net.apply('Concat', [folded, net.integers([1, 8, 8])], [intAttribute('axis', 0)]);
        const alone = net.conv(net.apply('Reshape', [features, apart]), 1, 1);
        const together = net.apply('Concat', [rows, net.integers([4, 8, 8])], [intAttribute('axis', 0)]);
        net.classify(net.relu(net.apply('Reshape', [alone, together])), 4);
      }),
    );
    expect(analysis.rejectedCuts.some(({ reason }) => reason.includes('does not carry the batch'))).toBe(true);
  });

  test('two sizes that vary, and a class token expanded to the batch, are rebuilt in each stage', async () => {
    await expectEveryCutToHold(
      tinyModel((net) => {
        const features = net.relu(net.conv('x', 2, 4));
        const shape = net.apply('Shape', [features]);
        const rows = net.apply('Gather', [shape, net.integers([0])], [intAttribute('axis', 0)]);
        const half = net.apply('Gather', [shape, net.integers([1])], [intAttribute('axis', 0)]);
        const deep = net.relu(net.conv(features, 4, 4));
        const token = net.weights([1, 1, 64]);
        const target = net.apply('Concat', [rows, net.integers([1, 64])], [intAttribute('axis', 0)]);
        const tokens = net.apply('Expand', [token, target]);
        const flat = net.apply('Reshape', [
          deep,
          net.apply('Concat', [rows, half, net.integers([64])], [intAttribute('axis', 0)]),
        ]);
        const sequence = net.apply('Concat', [tokens, flat], [intAttribute('axis', 1)]);
        const count = net.apply('Cast', [rows], [intAttribute('to', TensorProto_DataType.FLOAT)]);
        const scaled = net.apply('Mul', [net.apply('Div', [sequence, count]), count]);
        const mean = net.apply('ReduceMean', [scaled], [intsAttribute('axes', [1]), intAttribute('keepdims', 0)]);
        net.dense(mean, 64, 3, 'y');
      }),
    );
  });
});

test('a Softmax at the end is left out: logits come out', async () => {
  const bytes = tinyModel((net) => {
    const pooled = net.apply('GlobalAveragePool', [net.residual(net.conv('x', 2, 4), 4)]);
    const logits = net.dense(net.apply('Flatten', [pooled]), 4, 3, net.builder.claim('scores'));
    net.apply('Softmax', [logits], [intAttribute('axis', 1)], 'y');
  });
  const analysis = await analyse(bytes);
  expect(analysis.output.name).toBe('scores');
  const input = randomRows(2, [2, 8, 8]);
  const compiled = compileNetwork({ analysis, cuts: [], heads: [], name: 'tiny', pathPrefix: '' });
  const [[logits]] = (await runStaged(compiled, [input])) as [[Float32Array]];
  const probabilities = (await runModel(bytes, { x: input })).y!.data;
  const exponentials = logits.map(Math.exp);
  for (let row = 0; row < 2; row++) {
    const sum = exponentials.subarray(row * 3, row * 3 + 3).reduce((total, value) => total + value, 0);
    for (let index = row * 3; index < row * 3 + 3; index++) {
      expect(exponentials[index]! / sum).toBeCloseTo(probabilities[index]!, 5);
    }
  }
});

test('dead branches and names that stages use themselves do no harm', async () => {
  await expectEveryCutToHold(
    tinyModel((net) => {
      const stem = net.conv('x', 2, 4, { output: net.builder.claim('features_0') });
      net.apply('Sigmoid', [stem], [], net.builder.claim('unread'));
      const block = net.residual(net.apply('Relu', [stem], [], net.builder.claim('next_0')), 4);
      const second = net.apply('Relu', [net.conv(block, 4, 4)], [], net.builder.claim('logits'));
      net.classify(net.residual(second, 4), 4);
    }),
  );
});

test('a tensor captured by the body of an If counts as read', async () => {
  const bytes = tinyModel((net) => {
    const stem = net.relu(net.conv('x', 2, 4));
    const main = net.conv(net.relu(net.conv(stem, 4, 4)), 4, 4);
    const total = net.apply('ReduceSum', [main], [intAttribute('keepdims', 0)]);
    const positive = net.apply('Greater', [total, net.builder.floats('zero', [], Float32Array.of(0))]);
    // Both bodies read `stem`, and one calls its own tensor by a name that stages use.
    const branch = (name: string, nodes: readonly ReturnType<typeof makeNode>[], output: string) =>
      create(AttributeProtoSchema, {
        name,
        type: AttributeProto_AttributeType.GRAPH,
        g: create(GraphProtoSchema, { name, node: [...nodes], output: [untypedOutput(output)] }),
      });
    const joined = net.builder.claim('joined');
    net.add(
      create(NodeProtoSchema, {
        name: 'If',
        opType: 'If',
        input: [positive],
        output: [joined],
        attribute: [
          branch('then_branch', [makeNode('Add', [main, stem], ['logits'])], 'logits'),
          branch('else_branch', [makeNode('Sub', [main, stem], ['difference'])], 'difference'),
        ],
      }),
    );
    net.classify(net.relu(net.conv(joined, 4, 4)), 4);
  });
  const analysis = await expectEveryCutToHold(bytes);
  const inside = analysis.cuts.find(({ tensors }) => tensors.length === 2);
  expect(inside).toBeDefined();
});

describe('where no cut is legal', () => {
  test('the batch is not the first axis', async () => {
    const bytes = tinyModel((net) => {
      const columns = net.apply('Transpose', [net.apply('Flatten', ['x'])], [intsAttribute('perm', [1, 0])]); // [128, N]
      const hidden = net.relu(net.apply('MatMul', [net.weights([4, 128]), columns], [], net.builder.claim('columns')));
      net.apply(
        'Transpose',
        [net.apply('MatMul', [net.weights([3, 4]), hidden])],
        [intsAttribute('perm', [1, 0])],
        'y',
      );
    });
    const analysis = await analyse(bytes);
    expect(analysis.cuts).toEqual([]);
    expect(() => chooseCuts(analysis, { kind: 'all' })).toThrow(UnsupportedModelError);
    expect(() => chooseCuts(analysis, { kind: 'all' })).toThrow(
      /no legal cut.*'columns': tensor 'columns' of shape \[4, 1\] does not carry the batch on its first axis/,
    );
  });

  test('only integers cross', async () => {
    const bytes = tinyModel((net) => {
      const pooled = net.apply('Flatten', [net.apply('GlobalAveragePool', [net.conv('x', 2, 4)])]);
      const whole = net.apply(
        'Cast',
        [pooled],
        [intAttribute('to', TensorProto_DataType.INT32)],
        net.builder.claim('whole'),
      );
      net.dense(net.apply('Cast', [whole], [intAttribute('to', TensorProto_DataType.FLOAT)]), 4, 3, 'y');
    });
    const { rejectedCuts } = await analyse(bytes);
    expect(rejectedCuts).toContainEqual({ name: 'whole', reason: "tensor 'whole' holds int32, not float32" });
  });
});

describe('networks that cannot be used', () => {
  const classifier = (net: TinyNet): void => void net.classify(net.relu(net.conv('x', 2, 4)), 4);

  test.each<[string, Uint8Array, RegExp]>([
    [
      'two inputs',
      tinyModel(classifier, { inputs: [valueInfo('x', ['N', 2, 8, 8]), valueInfo('mask', ['N'])] }),
      /2 inputs \('x', 'mask'\)/,
    ],
    [
      'two outputs',
      tinyModel(classifier, { outputs: [valueInfo('y', ['N', 3]), valueInfo('other', ['N', 3])] }),
      /2 outputs \('y', 'other'\).*as output/,
    ],
    ['no output', tinyModel(classifier, { outputs: [] }), /no output/],
    ['no input', tinyModel(classifier, { inputs: [] }), /no input/],
    [
      'integer input',
      tinyModel(classifier, { inputs: [valueInfo('x', ['N', 2, 8, 8], TensorProto_DataType.INT64)] }),
      /int64/,
    ],
    [
      'open sizes',
      tinyModel(classifier, { rowShape: [2, 'height', 'width'] }),
      /\[batch, 2, height, width\].*inputShape/,
    ],
    [
      'a batch that is fixed inside',
      tinyModel((net) => {
        const features = net.relu(net.conv('x', 2, 4));
        net.dense(net.apply('Reshape', [features, net.integers([1, 256])]), 256, 3, 'y');
      }),
      /dynamic batch but runs with 1 row and fails with 3/,
    ],
    [
      'no batch axis at the output',
      tinyModel((net) => {
        const pooled = net.apply(
          'ReduceMean',
          [net.conv('x', 2, 4)],
          [intsAttribute('axes', [0, 2, 3]), intAttribute('keepdims', 0)],
        );
        net.dense(net.apply('Unsqueeze', [pooled, net.integers([0])]), 4, 3, 'y');
      }),
      /'y'.*no batch axis/,
    ],
    ['maps instead of logits', tinyModel((net) => void net.conv('x', 2, 3, { output: 'y' })), /\[1, 3, 8, 8\]/],
    [
      'an output that ignores the input',
      tinyModel((net) => void net.apply('Identity', [net.weights([1, 3])], [], 'y')),
      /does not depend on the input/,
    ],
    [
      'no cost at all',
      tinyModel((net) => {
        const means = net.apply('ReduceMean', ['x'], [intsAttribute('axes', [2, 3]), intAttribute('keepdims', 0)]);
        net.relu(net.apply('Relu', [means], [], 'y'));
      }),
      /convolutions or matrix products; received one without any/,
    ],
    [
      'convolutions inside of a loop',
      tinyModel((net) => {
        const body = create(GraphProtoSchema, {
          name: 'body',
          node: [makeNode('MatMul', ['x', 'x'], ['product'])],
          output: [untypedOutput('product')],
        });
        const attribute = create(AttributeProtoSchema, {
          name: 'body',
          type: AttributeProto_AttributeType.GRAPH,
          g: body,
        });
        net.add(makeNode('Loop', ['', ''], ['y'], [attribute]));
      }),
      /'y' \(Loop\) runs MatMul in an inner graph/,
    ],
    [
      'a sequence',
      tinyModel((net) => {
        const parts = net.apply('SplitToSequence', ['x'], [intAttribute('axis', 1)], net.builder.claim('parts'));
        net.classify(net.apply('ConcatFromSequence', [parts], [intAttribute('axis', 1)]), 2);
      }),
      /'parts' \(SplitToSequence\)/,
    ],
  ])('%s', async (_name, bytes, message) => {
    const failure = analyse(bytes);
    await expect(failure).rejects.toThrow(UnsupportedModelError);
    await expect(failure).rejects.toThrow(message);
  });

  test('open sizes are fine with inputShape, and a wrong one is refused', async () => {
    const model = readModel(tinyModel(classifier, { rowShape: [2, 'height', 'width'] }));
    const analysis = await analyseGraph(model, wasmProbe, { inputShape: [2, 10, 12] });
    expect(analysis.input.rowShape).toEqual([2, 10, 12]);
    await expect(analyseGraph(model, wasmProbe, { inputShape: [3, 10, 12] })).rejects.toThrow(/does not fit/);
    await expect(analyseGraph(model, wasmProbe, { inputShape: [2, 10, 0] })).rejects.toThrow(/positive/);
  });

  test('one of several outputs can be chosen, and the rest of the graph is not run', async () => {
    const bytes = tinyModel(
      (net) => {
        classifier(net);
        net.dense(net.apply('Flatten', ['x']), 128, 5, net.builder.claim('other'));
      },
      { outputs: [valueInfo('y', ['N', 3]), valueInfo('other', ['N', 5])] },
    );
    const analysis = await analyseGraph(readModel(bytes), wasmProbe, { output: 'y' });
    expect(analysis.classes).toBe(3);
    expect(analysis.nodes.filter(({ operator }) => operator === 'Gemm')).toHaveLength(1);
    await expect(analyseGraph(readModel(bytes), wasmProbe, { output: 'z' })).rejects.toThrow(/'z' is not an output/);
  });
});
