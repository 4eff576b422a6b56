import '@tensorflow/tfjs-backend-wasm';
import * as tf from '@tensorflow/tfjs-core';
import { tfjs } from '@ztw/runtime-tfjs';
import { loadClassifier } from 'ztw';

await tf.setBackend('wasm');
const classifier = await loadClassifier('public/bundle', tfjs(tf));
const { label, exit, probability } = await classifier.classify('public/photo.jpg', { budget: 0.5 });
console.log(JSON.stringify({ label, exit, probability }));
