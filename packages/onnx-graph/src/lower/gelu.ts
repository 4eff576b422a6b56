import { UnsupportedModelError } from '@ztw/core';
import type { GraphBuilder } from '../graph/graph-builder.ts';

/** First opset with the operator Erf. */
const erfOpset = 9;

/**
 * Exact GELU: `0.5 (x (1 + erf(x / sqrt 2)))`, in the nodes that ONNX Runtime fuses into one.
 * @throws UnsupportedModelError below opset 9, which lacks Erf.
 */
export function lowerGelu(builder: GraphBuilder, name: string): string {
  if (builder.opset < erfOpset) {
    throw new UnsupportedModelError(
      `a head with GELU needs opset ${erfOpset}, the network has ${builder.opset}; export it for a newer opset, or choose another head`,
      { expected: `${erfOpset} or newer`, received: builder.opset },
    );
  }
  const constant = (hint: string, value: number): string => builder.floats(`head/${hint}`, [1], Float32Array.of(value));
  const erf = builder.apply('Erf', [builder.apply('Div', [name, constant('sqrt2', Math.SQRT2)])]);
  const gate = builder.apply('Add', [erf, constant('one', 1)]);
  return builder.apply('Mul', [builder.apply('Mul', [name, gate]), constant('half', 0.5)]);
}
