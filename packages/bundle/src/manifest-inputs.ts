import type { InputSpecification, RowShape } from '@ztw/core';
import { denseInput, denseInputs } from '@ztw/core/runtime';
import type { BundleManifest } from './manifest.ts';

/** The inputs of a bundle's networks, from either of the manifest's two forms. */
export function manifestInputs({
  inputShape,
  inputs,
}: Pick<BundleManifest, 'inputShape' | 'inputs'>): readonly InputSpecification[] {
  return inputs ?? denseInputs(inputShape ?? []);
}

/**
 * Shape of one row of a bundle's single dense input.
 * @throws UnsupportedModelError for a bundle whose networks take other inputs.
 */
export function manifestInputShape(manifest: Pick<BundleManifest, 'inputShape' | 'inputs'>): RowShape {
  return denseInput({ inputs: manifestInputs(manifest) }).rowShape;
}
