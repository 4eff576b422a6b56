import { serveClassifier } from 'ztw/worker';
import { openTensorflowRuntime } from './tensorflow-runtime.ts';

serveClassifier(openTensorflowRuntime());
