import { readFileSync } from 'node:fs';
import { create, equals, fromBinary, toBinary } from '@bufbuild/protobuf';
import { InvalidModelError, UnsupportedModelError, ZtwError } from '@ztw/core';
import fc from 'fast-check';
import {
  type GraphProto,
  type ModelProto,
  ModelProtoSchema,
  OperatorSetIdProtoSchema,
  TensorProto_DataLocation,
  TensorProto_DataType,
  TensorProtoSchema,
} from 'onnx-buf';
import { describe, expect, test } from 'vitest';
import { fashionPath } from '../../test/support/shared.ts';
import { tinyResnet } from '../../test/support/tiny.ts';
import { wasmProbe } from '../../test/support/wasm.ts';
import { analyseGraph } from '../analysis/analyse-graph.ts';
import { valueInfo } from '../graph/build.ts';
import { readModel } from './read-model.ts';
import { writeModel } from './write-model.ts';

const tiny = tinyResnet();

/** The tiny network with something changed. */
function changed(change: (model: ModelProto, graph: GraphProto) => void): Uint8Array {
  const model = fromBinary(ModelProtoSchema, tiny.slice()); // decoded bytes are views
  change(model, model.graph!);
  return toBinary(ModelProtoSchema, model);
}

const opset = (version: number) => create(OperatorSetIdProtoSchema, { version: BigInt(version) });

describe('what is no usable model', () => {
  test.each<[string, Uint8Array, RegExp]>([
    ['an empty file', new Uint8Array(), /empty file \(0 bytes\)/],
    ['text', new TextEncoder().encode('<!DOCTYPE html><html></html>'), /cannot be decoded|no graph/],
    [
      'an image',
      Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0, 0, 0, 13),
      /cannot be decoded|no graph/,
    ],
    ['half a file', readFileSync(fashionPath).subarray(0, 500_000), /cannot be decoded/],
    [
      'a model without a graph',
      changed((model) => {
        delete model.graph;
      }),
      /no graph/,
    ],
    [
      'an empty graph',
      changed((_model, graph) => {
        graph.node = [];
      }),
      /no nodes/,
    ],
    [
      'no opset',
      changed((model) => {
        model.opsetImport = [];
      }),
      /opset_import/,
    ],
    [
      'an opset of the future',
      changed((model) => {
        model.opsetImport = [opset(27)];
      }),
      /opset 27, the newest supported is 26/,
    ],
    [
      'a format of the future',
      changed((model) => {
        model.irVersion = 14n;
      }),
      /IR version 14, the newest supported is 13/,
    ],
    [
      'weights in another file',
      changed((_model, graph) => {
        const tensor = graph.initializer[0]!;
        tensor.dataLocation = TensorProto_DataLocation.EXTERNAL;
        tensor.externalData = [{ $typeName: 'onnx.StringStringEntryProto', key: 'location', value: 'net.onnx.data' }];
      }),
      /initialiser 'w'.*'net\.onnx\.data'/,
    ],
    [
      'weights cut short',
      changed((_model, graph) => {
        graph.initializer[1]!.rawData = graph.initializer[1]!.rawData.slice(4);
      }),
      /initialiser 'w_1'.*needs \d+ bytes but holds \d+/,
    ],
    [
      'weights missing',
      changed((_model, graph) => {
        graph.initializer[0]!.rawData = new Uint8Array();
      }),
      /holds none/,
    ],
    [
      'a negative size',
      changed((_model, graph) => {
        graph.initializer[0]!.dims[0] = -4n;
      }),
      /impossible shape/,
    ],
    [
      'NaN in weights',
      changed((_model, graph) => {
        graph.initializer[2]!.rawData.set([0, 0, 0xc0, 0x7f], 8);
      }),
      /initialiser 'w_2' holds NaN at element 2/,
    ],
    [
      'NaN in half-precision weights',
      changed((_model, graph) => {
        const rawData = Uint8Array.of(0, 0x3c, 0x01, 0x7e);
        const dataType = TensorProto_DataType.FLOAT16;
        graph.initializer.push(create(TensorProtoSchema, { name: 'half', dims: [2n], dataType, rawData }));
      }),
      /initialiser 'half' holds NaN at element 1/,
    ],
  ])('%s', (_name, bytes, message) => {
    expect(() => readModel(bytes)).toThrow(InvalidModelError);
    expect(() => readModel(bytes)).toThrow(message);
  });

  test('an opset before broadcasting', () => {
    const bytes = changed((model) => {
      model.opsetImport = [opset(6)];
    });
    expect(() => readModel(bytes)).toThrow(UnsupportedModelError);
  });

  test.each<[string, Uint8Array, RegExp]>([
    [
      'a tensor that nothing writes',
      changed((_model, graph) => {
        graph.node[1]!.input[0] = 'gone';
      }),
      /'relu' \(Relu\) reads tensor 'gone'/,
    ],
    [
      'a tensor written twice',
      changed((_model, graph) => {
        graph.node[1]!.output[0] = 'conv';
      }),
      /'conv' is written by two nodes/,
    ],
    [
      'a cycle',
      changed((_model, graph) => {
        graph.node[0]!.input[0] = graph.node[3]!.output[0]!;
      }),
      /cycle/,
    ],
    [
      'an output that nothing writes',
      changed((_model, graph) => {
        graph.output[0]!.name = 'gone';
      }),
      /'gone' is written by no node/,
    ],
    [
      'an operator that no runtime knows',
      changed((_model, graph) => {
        graph.node[1]!.opType = 'Flux';
      }),
      /the runtime cannot run the graph/,
    ],
  ])('%s is found before or while the graph is analysed', async (_name, bytes, message) => {
    const failure = analyseGraph(readModel(bytes), wasmProbe);
    await expect(failure).rejects.toThrow(InvalidModelError);
    await expect(failure).rejects.toThrow(message);
  });
});

test.each([40, 1000, 20_000])('%i graphs inside one another end in a typed error', (depth) => {
  // Field `g` of an attribute, `attribute` of a node, `node` of a graph, from the inside; then `graph` of the model.
  const tags = [...Array.from({ length: depth }, () => [6, 5, 1]).flat(), 7];
  const parts: number[][] = [];
  let length = 0;
  for (const tag of tags) {
    const part = [(tag << 3) | 2];
    for (let rest = length; ; rest >>>= 7) {
      part.push(rest < 0x80 ? rest : (rest & 0x7f) | 0x80);
      if (rest < 0x80) break;
    }
    parts.push(part);
    length += part.length;
  }
  expect(() => readModel(Uint8Array.from(parts.reverse().flat()))).toThrow(InvalidModelError);
});

test('old files list their weights as inputs too', async () => {
  const bytes = changed((model, graph) => {
    model.irVersion = 3n;
    for (const { name, dims } of graph.initializer) graph.input.push(valueInfo(name, dims.map(Number)));
  });
  const analysis = await analyseGraph(readModel(bytes), wasmProbe);
  expect(analysis.input).toEqual({ name: 'x', rowShape: [2, 8, 8] });
});

describe('what is read is what is written', () => {
  test('a real network, byte by byte', () => {
    const bytes = readFileSync(fashionPath);
    expect(Buffer.compare(writeModel(readModel(bytes)), bytes)).toBe(0);
  });

  test('fields that the schema does not know are kept', () => {
    // Field 999, length-delimited, at the end of the model.
    const unknown = Uint8Array.of(0xba, 0x3e, 3, 1, 2, 3);
    const bytes = new Uint8Array([...tiny, ...unknown]);
    expect(Array.from(writeModel(readModel(bytes))).slice(-unknown.length)).toEqual(Array.from(unknown));
  });

  test('any tiny network, whatever its names, sizes and metadata', () => {
    const names = fc.string({ minLength: 1, maxLength: 12 });
    const law = fc.property(
      names,
      names,
      fc.integer({ min: 7, max: 26 }),
      fc.array(names),
      (name, doc, version, keys) => {
        const bytes = changed((model, graph) => {
          model.opsetImport = [opset(version)];
          graph.name = name;
          graph.docString = doc;
          model.metadataProps = keys.map((key) => ({
            $typeName: 'onnx.StringStringEntryProto' as const,
            key,
            value: doc,
          }));
        });
        const model = readModel(bytes);
        expect(equals(ModelProtoSchema, readModel(writeModel(model)).proto, model.proto)).toBe(true);
        expect(model.opset).toBe(version);
      },
    );
    fc.assert(law, { numRuns: 100 });
  });
});

describe('damage', () => {
  const untilAnalysed = async (bytes: Uint8Array): Promise<unknown> => {
    try {
      await analyseGraph(readModel(bytes), wasmProbe);
      return null;
    } catch (error) {
      return error;
    }
  };

  test('a file that ends anywhere gives a typed error', async () => {
    const law = fc.asyncProperty(fc.integer({ min: 0, max: tiny.length - 1 }), async (length) => {
      expect(ZtwError.isInstance(await untilAnalysed(tiny.subarray(0, length)))).toBe(true);
    });
    await fc.assert(law, { numRuns: 150 });
  });

  test('flipped bits give a typed error or a network, never anything else', async () => {
    const flips = fc.array(fc.integer({ min: 0, max: tiny.length * 8 - 1 }), { minLength: 1, maxLength: 6 });
    const law = fc.asyncProperty(flips, async (bits) => {
      const bytes = tiny.slice();
      for (const bit of bits) bytes[bit >>> 3]! ^= 1 << (bit & 7);
      const error = await untilAnalysed(bytes);
      if (error !== null) expect(ZtwError.isInstance(error)).toBe(true);
    });
    await fc.assert(law, { numRuns: 150 });
  });

  test('noise gives a typed error', async () => {
    const law = fc.asyncProperty(fc.uint8Array({ maxLength: 300 }), async (bytes) => {
      expect(ZtwError.isInstance(await untilAnalysed(bytes))).toBe(true);
    });
    await fc.assert(law, { numRuns: 300 });
  });
});
