import { type BundleStage, foldExternalData, readStageModel } from '@ztw/bundle';
import { takesExternalData } from '../ort/external-data.ts';
import type { OnnxRuntime, SessionSettings } from '../ort/onnx-runtime.ts';

/** A model and the settings to open it with. */
export interface StageModel {
  readonly bytes: Uint8Array;
  readonly settings: SessionSettings;
}

/**
 * Reads the model of a stage. Its values go to ONNX Runtime as they are in the stage's weights files, without another
 * copy. An ONNX Runtime that takes no values from memory gets a model with all values inside.
 * @throws as `readStageModel` and `foldExternalData`.
 */
export async function stageModel(
  ort: OnnxRuntime,
  stage: BundleStage,
  readFile: (path: string) => Promise<Uint8Array>,
  settings: SessionSettings,
): Promise<StageModel> {
  const { bytes, external } = await readStageModel(stage, readFile);
  if (external.size === 0) return { bytes, settings };
  if (!(await takesExternalData(ort, settings))) return { bytes: foldExternalData(bytes, external), settings };
  const externalData = [...external].map(([path, data]) => ({ path, data }));
  return { bytes, settings: { ...settings, sessionOptions: { ...settings.sessionOptions, externalData } } };
}
