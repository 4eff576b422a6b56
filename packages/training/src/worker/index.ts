// Both sides of training on another thread. The worker's script also needs kernels and a network.

export { type ServeTrainingOptions, serveTraining } from './serve-training.ts';
export { type TrainInWorkerOptions, trainInWorker } from './train-in-worker.ts';
