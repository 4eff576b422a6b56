import type { FileDescription } from '../graph/graph-builder.ts';
import type { OnnxModel } from '../model/onnx-model.ts';

/** Oldest format version that may store tensors without listing them as inputs. */
const oldestIrVersion = 4n;

/** The parts that every emitted file copies from its network: format version, operator sets, functions. */
export function sourceFile({ proto }: OnnxModel): Pick<FileDescription, 'irVersion' | 'opsetImport' | 'functions'> {
  return {
    irVersion: proto.irVersion > oldestIrVersion ? proto.irVersion : oldestIrVersion,
    opsetImport: proto.opsetImport,
    functions: proto.functions,
  };
}
