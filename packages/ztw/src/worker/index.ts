// What a worker script needs: this entry, a runtime and its module.

export { serveClassifier } from './serve-classifier.ts';
