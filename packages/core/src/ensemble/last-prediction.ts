import type { Ensemble } from '../contract/ensemble.ts';
import { logSoftmax } from '../numeric/softmax.ts';

/**
 * The trivial ensemble: every exit answers alone, `log p = logSoftmax(z_m)`.
 * Shallow-Deep Networks (Kaya et al., 2019) work like this. It is the default if no ensemble was fitted.
 */
export function lastPrediction(): Ensemble<number> {
  return {
    specificationVersion: 'v1',
    name: 'lastPrediction()',
    // The only state between exits is the number of classes.
    init: (_rows, classes) => classes,
    update: (classes, _exitIndex, logits) => ({ state: classes, logProbabilities: logSoftmax(logits, classes) }),
    keepRows: (classes) => classes,
  };
}
