// Heads and what they cost, for people.

import type { HeadDesign } from '@ztw/heads';
import type { ReportedCost } from '@ztw/training/onnx';
import { formatPercent } from './format.ts';

/** `conv`, or `pool-conv, channels / 4, pooled to 1x1, bottleneck 64`, or `pooled to 1x1`. */
export function designText(design: HeadDesign): string {
  const { family = 'auto', layers, padding, channelDivisor, reducedSize, poolSize, bottleneck } = design;
  const poolsFirst = family === 'pooled' && poolSize !== undefined;
  return [
    ...(poolsFirst ? [] : [family]),
    ...(layers === undefined ? [] : [`${layers} layers`]),
    ...(padding === undefined ? [] : [`padding ${padding}`]),
    ...(channelDivisor === undefined ? [] : [`channels / ${channelDivisor}`]),
    ...(reducedSize === undefined ? [] : [`on ${sizeText(reducedSize)}`]),
    ...(poolSize === undefined ? [] : [`pooled to ${sizeText(poolSize)}`]),
    ...(bottleneck === undefined ? [] : [`bottleneck ${bottleneck}`]),
  ].join(', ');
}

/** `4.9 % of the network's MACs, so that the last exit costs 104.9 %, and have 30.6 % as many parameters` */
export function headsCostText({ macsShare, parametersShare }: ReportedCost): string {
  return `${formatPercent(macsShare)} of the network's MACs, so that the last exit costs ${formatPercent(1 + macsShare)}, and have ${formatPercent(parametersShare)} as many parameters`;
}

function sizeText(size: NonNullable<HeadDesign['poolSize']>): string {
  return (typeof size === 'number' ? [size, size] : size).join('x');
}
