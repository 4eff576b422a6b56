// What a worker script needs: this entry, a TensorFlow.js and a network.

export type { ServeTrainingOptions } from './serve-training.ts';
export { serveTraining } from './serve-training.ts';
