import { line, muted } from './palette.ts';

/** In percent; lines and labels stand at every multiple of the interval. */
export interface AxisRange {
  readonly min: number;
  readonly max: number;
  readonly interval: number;
}

/** Axis of shares in percent, in the report's colors. */
export function percentAxis(name: string, range: AxisRange): Record<string, unknown> {
  return {
    type: 'value',
    name,
    nameLocation: 'middle',
    nameTextStyle: { color: muted.standIn, fontSize: 13 },
    axisLabel: { color: muted.standIn, fontSize: 12, formatter: '{value} %' },
    axisLine: { show: false },
    axisTick: { show: false },
    splitLine: { lineStyle: { color: line.standIn, width: 1 } },
    ...range,
  };
}
