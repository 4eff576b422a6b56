import type { HeadLayer } from '@ztw/heads';

/** The layers without a leading relu, for features that are never negative. */
export function withoutLeadingRelu(layers: readonly HeadLayer[]): readonly HeadLayer[] {
  const first = layers.findIndex(({ kind }) => kind !== 'relu');
  return first < 0 ? [] : layers.slice(first);
}
