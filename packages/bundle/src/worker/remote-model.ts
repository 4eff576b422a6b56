// A model in a worker, behind the same contract as any other model. The loop, the exits and the policies stay in this
// thread, and only logits arrive here. So everything that runs a staged model can run this one.

import type { StagedModelSupport } from '@ztw/core';
import { copyInput, createStagedModel, type RuntimeModel, type StagedModelAdapter } from '@ztw/core/runtime';
import type { RemoteStageOutput } from './messages.ts';
import type { WorkerConnection } from './worker-connection.ts';

/** Features that the worker holds, named by their number. */
class RemoteRows {
  readonly number: number;
  /** Whether a task that was sent consumes them. */
  isSpent = false;

  constructor(number: number) {
    this.number = number;
  }

  spend(): number {
    this.isSpent = true;
    return this.number;
  }
}

/** What a model in a worker is made of. */
export interface RemoteModelContent {
  readonly connection: WorkerConnection;
  /** Number of the network. */
  readonly network: number;
  readonly description: Omit<StagedModelAdapter<never>, 'upload' | 'run' | 'keep' | 'concat' | 'free' | 'dispose'> & {
    readonly supports: StagedModelSupport;
  };
  /** Numbers of features, which all networks of the worker share. */
  readonly nextNumber: () => number;
  /** Called after the network was closed. */
  readonly onClosed: () => Promise<void>;
}

/** Makes a staged model of a model in a worker. Messages carry copies of arrays, so the caller keeps its own. */
export function remoteModel({
  connection,
  network,
  description: { supports, ...description },
  nextNumber,
  onClosed,
}: RemoteModelContent): RuntimeModel {
  const newRows = (): RemoteRows => new RemoteRows(nextNumber());
  const adapter: StagedModelAdapter<RemoteRows> = {
    ...description,
    supports,

    async upload(input) {
      const result = newRows();
      const copy = copyInput(input);
      const moved = Object.values(copy.inputs).map(({ data }) => data.buffer as ArrayBuffer);
      await connection.perform({ kind: 'load', network, input: copy, result: result.number }, moved);
      return result;
    },

    async run(stageIndex, rows, previousLogits) {
      const next = newRows();
      const { logits, hasFeatures } = (await connection.perform({
        kind: 'run-stage',
        network,
        stageIndex,
        features: rows.spend(),
        previousLogits: previousLogits === null ? null : previousLogits.slice(),
        result: next.number,
      })) as RemoteStageOutput;
      return { logits, tensors: hasFeatures ? next : null };
    },

    async keep(rows, kept) {
      const result = newRows();
      await connection.perform({
        kind: 'keep-rows',
        network,
        features: rows.spend(),
        kept: kept.slice(),
        result: result.number,
      });
      return result;
    },

    free(rows) {
      if (rows.isSpent) return;
      // Nothing waits for the reply. A worker that has ended has freed everything already.
      connection.perform({ kind: 'release', network, features: rows.spend() }).catch(() => undefined);
    },

    async dispose() {
      try {
        await connection.perform({ kind: 'close', network });
      } finally {
        await onClosed();
      }
    },
  };
  if (supports.concatRows !== true) return createStagedModel(adapter);
  return createStagedModel({
    ...adapter,
    async concat(parts) {
      const result = newRows();
      await connection.perform({
        kind: 'concat-rows',
        network,
        parts: parts.map(({ tensors }) => tensors.spend()),
        result: result.number,
      });
      return result;
    },
  });
}
