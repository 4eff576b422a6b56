import { onnx } from '@ztw/runtime-onnx';
import * as ort from 'onnxruntime-web';
import { loadClassifier } from 'ztw';

const classifier = await loadClassifier('public/bundle', onnx(ort));
const { label, exit, probability } = await classifier.classify('public/photo.jpg', { budget: 0.5 });
console.log(JSON.stringify({ label, exit, probability }));
