// The shell of a staged model, the same for every runtime: its lifetime, every check of the contract, and who holds which rows. What is
// left to a runtime, its adapter, moves tensors and runs stages.

import type { RuntimeModel, StagedModelAdapter } from './staged-model-adapter.ts';
import { StagedModelShell } from './staged-model-shell.ts';

/**
 * Makes a staged model of what a runtime can do.
 * @throws UnsupportedModelError naming an input whose element type the adapter's `supports` does not list.
 */
export function createStagedModel<Tensors>(adapter: StagedModelAdapter<Tensors>): RuntimeModel {
  return new StagedModelShell(adapter);
}
