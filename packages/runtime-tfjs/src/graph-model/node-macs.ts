import { rowSize } from '@ztw/core/runtime';

/**
 * MACs per row of one node. Only conv and matmul count.
 * @param inputShapes Whole shapes of its inputs and weights; null where unknown.
 * @param outputShape Row shape.
 */
export function nodeMacs(
  op: string,
  inputShapes: readonly (readonly number[] | null)[],
  outputShape: readonly number[],
): number {
  const filter = inputShapes[1] ?? [];
  const positions = rowSize(outputShape) / (outputShape.at(-1) ?? 1);
  switch (op) {
    case 'Conv2D':
    case '_FusedConv2D':
    case 'DepthwiseConv2dNative':
    case 'FusedDepthwiseConv2dNative':
    case 'Conv1D':
      return positions * rowSize(filter);
    case 'MatMul':
    case '_FusedMatMul':
    case 'BatchMatMul':
    case 'BatchMatMulV2':
      // Each value of the result is a sum over the last axis of the left factor.
      return rowSize(outputShape) * (inputShapes[0]?.at(-1) ?? 0);
    default:
      return 0;
  }
}
