import type { GraphProto, ModelProto, NodeProto, TensorProto } from 'onnx-buf';

/** All initialisers and constants of a model, its inner graphs and functions, with names for messages. */
export function* walkTensors(model: ModelProto): Generator<{ readonly tensor: TensorProto; readonly label: string }> {
  if (model.graph !== undefined) yield* graphTensors(model.graph);
  for (const definition of model.functions) yield* nodeTensors(definition.node);
}

function* graphTensors(graph: GraphProto): Generator<{ readonly tensor: TensorProto; readonly label: string }> {
  for (const tensor of graph.initializer) yield { tensor, label: `initialiser '${tensor.name}'` };
  for (const sparse of graph.sparseInitializer) {
    if (sparse.values !== undefined)
      yield { tensor: sparse.values, label: `sparse initialiser '${sparse.values.name}'` };
  }
  yield* nodeTensors(graph.node);
}

function* nodeTensors(
  nodes: readonly NodeProto[],
): Generator<{ readonly tensor: TensorProto; readonly label: string }> {
  for (const node of nodes) {
    for (const attribute of node.attribute) {
      const label = `constant '${node.output[0] || node.name}'`;
      if (attribute.t !== undefined) yield { tensor: attribute.t, label };
      for (const tensor of attribute.tensors) yield { tensor, label };
      if (attribute.g !== undefined) yield* graphTensors(attribute.g);
      for (const graph of attribute.graphs) yield* graphTensors(graph);
    }
  }
}
