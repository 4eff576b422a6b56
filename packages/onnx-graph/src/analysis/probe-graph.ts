// Finds the shape and type of every tensor: runs the graph on zeros with all tensors as outputs.

import { create, toBinary } from '@bufbuild/protobuf';
import { InvalidModelError, UnsupportedModelError, ZtwError } from '@ztw/core';
import type { GraphProbe, ProbedTensor } from '@ztw/core/runtime';
import { GraphProtoSchema, ModelProtoSchema } from 'onnx-buf';
import { untypedOutput } from '../graph/build.ts';
import type { GraphView } from '../graph/graph-view.ts';
import type { OnnxModel } from '../model/onnx-model.ts';
import type { NetworkInput } from './choose-ports.ts';

/** Shape and type of every tensor that a node writes, at one number of rows. */
export interface Probing {
  readonly rows: number;
  readonly tensors: ReadonlyMap<string, ProbedTensor>;
}

/** The two numbers of rows for probing a dynamic batch. 3 distinguishes a batch axis from an axis of size 1 or 2. */
const dynamicRows = [1, 3] as const;

/**
 * @returns two probings for a dynamic batch, one for a fixed batch.
 * @throws InvalidModelError when the runtime cannot run the graph;
 *   UnsupportedModelError when the graph declares a dynamic batch but runs only with one row.
 */
export async function probeGraph(
  model: OnnxModel,
  view: GraphView,
  input: NetworkInput,
  batch: 'dynamic' | number,
  probe: GraphProbe,
): Promise<readonly Probing[]> {
  const bytes = instrument(model, view);
  const run = async (rows: number): Promise<Probing> => {
    const feed = { name: input.name, type: 'float32', dims: [rows, ...input.rowShape] };
    return { rows, tensors: await probe(bytes, [feed]) };
  };
  if (batch !== 'dynamic') return [await refuse(run(batch), batch)];
  const [one, several] = dynamicRows;
  const first = await refuse(run(one), one);
  try {
    return [first, await run(several)];
  } catch (cause) {
    if (UnsupportedModelError.isInstance(cause)) throw cause;
    throw new UnsupportedModelError(
      `the graph declares a dynamic batch but runs with 1 row and fails with ${several}: a shape inside it is fixed; export it with a truly dynamic batch axis, or declare the batch as fixed`,
      { cause },
    );
  }
}

async function refuse(run: Promise<Probing>, rows: number): Promise<Probing> {
  try {
    return await run;
  } catch (cause) {
    if (ZtwError.isInstance(cause) && cause.code !== 'ZTW_RUNTIME_FAILURE') throw cause;
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new InvalidModelError(`the runtime cannot run the graph on ${rows} row(s) of zeros: ${reason}`, { cause });
  }
}

/** The nodes of the view as a model with every tensor as an output. */
function instrument(model: OnnxModel, view: GraphView): Uint8Array {
  const { initializer, sparseInitializer, input, name } = model.graph;
  const graph = create(GraphProtoSchema, {
    name,
    initializer,
    sparseInitializer,
    input,
    node: view.nodes.map(({ proto }) => proto),
    output: view.nodes.flatMap(({ writes }) => writes.map(untypedOutput)),
  });
  const { irVersion, opsetImport, functions } = model.proto;
  return toBinary(ModelProtoSchema, create(ModelProtoSchema, { irVersion, opsetImport, functions, graph }));
}
