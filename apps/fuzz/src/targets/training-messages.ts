import { MessageChannel, type MessagePort } from 'node:worker_threads';
import { isPackedError, type MessageEndpoint, unpackError } from '@ztw/core/runtime';
import { readLayersModel, tensorflowKernels } from '@ztw/runtime-tfjs';
import { serveTraining } from '@ztw/training/worker';
import { stripeClasses, stripedImages } from '../../../../packages/runtime-tfjs/src/__fixtures__/striped-images.ts';
import { smallLayersModel } from '../../../../packages/runtime-tfjs/src/__fixtures__/tensorflow-networks.ts';
import { mutateJson } from '../../../../packages/runtime-tfjs/test/support/mutate-json.ts';
import type { Random } from '../random.ts';
import { type FuzzTarget, UntypedRefusal } from '../target.ts';
import { tensorflowOn } from './tensorflow-on.ts';

/** A training that takes longer is stopped, as its page would. */
const stopMilliseconds = 200;

/**
 * Messages to a worker that trains. Every request with a port gets one answer: heads, or an error of this project.
 */
export const trainingMessages: FuzzTarget = {
  name: 'messages to a training',
  share: 2,
  async open() {
    const tf = await tensorflowOn('cpu');
    const network = readLayersModel({ tf, model: smallLayersModel() });
    let receive: (message: unknown) => void = () => undefined;
    const port: MessageEndpoint = {
      postMessage: () => undefined,
      on: (_event, listener) => {
        receive = listener;
      },
    };
    serveTraining({ kernels: tensorflowKernels(tf), port, loadNetwork: async () => network });
    return async (random) => {
      await tensorflowOn('cpu');
      const { port1: near, port2: far } = new MessageChannel();
      try {
        const answered = answerOf(near);
        const request = { kind: 'ztw-train-new-classes', job: job(random), port: far };
        if (random.chance(0.2)) {
          // Without a kind or a port it is no request.
          receive({ ...request, [random.pick(['kind', 'port'])]: random.pick([null, 'x', {}, 3]) });
          return 'typed';
        }
        receive(request);
        const timer = setTimeout(() => near.postMessage('abort'), stopMilliseconds);
        const error = await answered;
        clearTimeout(timer);
        if (error === null) return 'accepted';
        if (!isPackedError(error) || error.code === null) throw new UntypedRefusal(JSON.stringify(error));
        throw unpackError(error);
      } finally {
        near.close();
      }
    };
  },
};

/** The error of the answer; null for heads. */
function answerOf(port: MessagePort): Promise<unknown> {
  return new Promise((resolve) => {
    port.on('message', (reply: { readonly kind?: string; readonly error?: unknown }) => {
      if (reply.kind === 'trained') resolve(null);
      else if (reply.kind === 'failed') resolve(reply.error);
    });
  });
}

function job(random: Random): unknown {
  const training = stripedImages(4, 12, 1);
  const options = {
    classes: [...stripeClasses],
    cuts: { kind: 'fractions', fractions: [0.5] },
    heads: { family: 'pooled' },
    recipe: { epochs: 1, batchSize: 4, learningRate: 0.01 },
  };
  const changed = random.chance(0.2) ? options : (mutateJson(options, random.next, 1 + random.below(2)) as object);
  const rows = random.pick([
    training,
    training,
    training,
    { ...training, labels: training.labels.map(() => random.below(5) - 1) },
    { ...training, rows: training.rows.slice(random.below(training.rows.length)) },
    { ...training, rows: training.rows.map((value) => (random.chance(0.01) ? Number.NaN : value)) },
    { rows: training.rows },
    null,
  ]);
  return random.chance(0.02) ? null : { ...changed, training: rows };
}
