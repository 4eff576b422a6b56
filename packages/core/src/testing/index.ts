export { executeHead, executeLayers } from './reference-head.ts';
