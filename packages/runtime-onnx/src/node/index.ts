// What works only on Node.

export { graphOptimiser } from './graph-optimiser.ts';
