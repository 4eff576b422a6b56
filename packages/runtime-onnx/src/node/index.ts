// What only works on Node.

export { graphOptimiser } from './graph-optimiser.ts';
