import { formatCount } from '../../output/format.ts';
import type { ConvertResult } from './job.ts';

/** What was converted, and how far both runtimes agree, for people. */
export function convertText(result: ConvertResult): string {
  const { file, bytes, kind, name, layers, parameters, macs, inputShape, classes, droppedSoftmax, comparison } = result;
  const parts = kind === 'LayersModel' ? 'layers' : 'nodes';
  const check =
    comparison === null
      ? 'not compared\n'
      : `largest difference of ${comparison.values} ${comparison.largestDifference.toExponential(1)} on ${comparison.rows} random inputs ` +
        `(${comparison.tensorflow}, ${comparison.onnxRuntime})\n`;
  return [
    `Wrote ${file} (${(bytes / 1e6).toFixed(1)} MB).\n`,
    `${kind} "${name}": ${layers} ${parts}, ${formatCount(parameters)} parameters, ${formatCount(macs)} MACs per row\n`,
    `input  [${['batch', ...inputShape].join(', ')}]${inputShape.length === 3 ? ', channels first' : ''}\n`,
    `output [batch, ${classes}], ${droppedSoftmax ? "logits (the network's softmax is omitted)" : 'as the network returns them'}\n`,
    `check  ${check}`,
  ].join('');
}
