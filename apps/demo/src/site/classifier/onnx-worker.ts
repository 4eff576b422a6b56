import { serveClassifier } from 'ztw/worker';
import { openOnnxRuntime } from './onnx-runtime.ts';

serveClassifier(openOnnxRuntime());
