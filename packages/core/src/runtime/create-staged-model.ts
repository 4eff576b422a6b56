// The shell of a staged model, the same for every runtime: its lifetime, all checks of the contract, and the ownership
// of rows. The runtime's adapter only moves tensors and runs stages.

import type { RuntimeModel, StagedModelAdapter } from './staged-model-adapter.ts';
import { StagedModelShell } from './staged-model-shell.ts';

/**
 * Makes a staged model from a runtime's adapter.
 * @throws UnsupportedModelError naming an input whose element type the adapter's `supports` does not list.
 */
export function createStagedModel<Tensors>(adapter: StagedModelAdapter<Tensors>): RuntimeModel {
  return new StagedModelShell(adapter);
}
