import { onnx } from '@ztw/runtime-onnx';
import * as ort from 'onnxruntime-web/wasm';
import { loadClassifier } from 'ztw';

export async function answerOnOnnxRuntime(
  photo: Blob,
): Promise<{ label: string | null; exit: number; probability: number }> {
  const classifier = await loadClassifier('/bundle/', onnx(ort));
  const { label, exit, probability } = await classifier.classify(photo, { budget: 0.5 });
  return { label, exit, probability };
}
