import type { BundleStage } from '../manifest.ts';

/** How a runtime reads stages: as ONNX files, or as programs. */
export type StageForm = 'model' | 'program';

/**
 * The files that a runtime needs for one stage.
 * @returns paths inside the bundle; none if the bundle does not hold the stage in this form.
 */
export function stageFiles({ model, program, weights = [] }: BundleStage, form: StageForm): readonly string[] {
  switch (form) {
    case 'model':
      return model === undefined ? [] : [model, ...weights];
    case 'program':
      if (program === undefined) return [];
      return [program.steps, ...(program.weights === undefined ? weights : [program.weights])];
  }
}
