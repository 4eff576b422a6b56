import type { FileDescription } from '../graph/graph-builder.ts';
import type { OnnxModel } from '../model/onnx-model.ts';

/** Oldest format version that may store tensors without listing them as inputs. */
const oldestIrVersion = 4n;

/** What every file made from a network keeps of it: format version, operator sets, functions. */
export function sourceFile({ proto }: OnnxModel): Pick<FileDescription, 'irVersion' | 'opsetImport' | 'functions'> {
  return {
    irVersion: proto.irVersion > oldestIrVersion ? proto.irVersion : oldestIrVersion,
    opsetImport: proto.opsetImport,
    functions: proto.functions,
  };
}
