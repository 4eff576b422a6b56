// Checks of messages. Other scripts may send messages to the same worker, and a page of another release may send other
// tasks.

import { InvalidInputError } from '@ztw/core';
import { isPackedError, type PackedError } from '@ztw/core/runtime';
import type { WorkerReply, WorkerRequest, WorkerTask } from './messages.ts';

type Fields = Readonly<Record<string, unknown>>;

/** The number of a request, which its reply repeats; null for a message that is not a request. */
export function callOf(message: unknown): number | null {
  const { call, task } = fieldsOf(message) ?? {};
  return isNumber(call) && task !== undefined ? call : null;
}

/** @throws InvalidInputError naming the field of the task that is missing or has another type. */
export function readTask(message: unknown): WorkerTask {
  const task = fieldsOf((message as WorkerRequest).task);
  const fields = task === null ? null : fieldsOfTask(task);
  if (task === null || fields === null) {
    throw new InvalidInputError(
      `Expected a task of this release; received the unknown task ${JSON.stringify(task?.kind ?? null)}. ` +
        'Use the same release in the page and in the worker.',
      { received: task?.kind ?? null, path: 'task.kind' },
    );
  }
  const [wrong] = fields.find(([, fits]) => !fits) ?? [];
  if (wrong !== undefined) {
    throw new InvalidInputError(
      `Expected the field "${wrong}" in the task "${task.kind}"; received no valid one. ` +
        'Use the same release in the page and in the worker.',
      { path: `task.${wrong}` },
    );
  }
  return task as unknown as WorkerTask;
}

/** The fields that a task must have, each with whether it is valid; null for an unknown task. */
function fieldsOfTask(task: Fields): readonly (readonly [string, boolean])[] | null {
  const kind = task.kind as WorkerTask['kind'];
  const network = ['network', isNumber(task.network)] as const;
  const path = ['path', typeof task.path === 'string'] as const;
  const stageIndex = ['stageIndex', isNumber(task.stageIndex)] as const;
  const features = ['features', isNumber(task.features)] as const;
  const result = ['result', isNumber(task.result)] as const;
  const settings = ['settings', fieldsOf(task.settings) !== null] as const;
  switch (kind) {
    case 'greet':
      return [['caller', isNumber(task.caller)], settings];
    case 'start':
      return [];
    case 'open': {
      const description = fieldsOf(task.description);
      return [
        network,
        ['description', description !== null],
        ['description.network', Array.isArray(fieldsOf(description?.network)?.stages)],
        ['description.inputs', Array.isArray(description?.inputs)],
      ];
    }
    case 'file':
      return [network, path, ['bytes', task.bytes instanceof Uint8Array]];
    case 'lost-file':
      return [network, path, ['error', isPackedError(task.error)]];
    case 'await-stage':
      return [network, stageIndex];
    case 'load':
      return [network, ['input', fieldsOf(task.input) !== null], result];
    case 'run-stage':
      return [
        network,
        stageIndex,
        features,
        ['previousLogits', task.previousLogits === null || task.previousLogits instanceof Float32Array],
        result,
      ];
    case 'keep-rows':
      return [network, features, ['kept', task.kept instanceof Int32Array], result];
    case 'concat-rows':
      return [network, ['parts', Array.isArray(task.parts) && task.parts.every(isNumber)], result];
    case 'release':
      return [network, features];
    case 'close':
      return [network];
    case 'prepare-image':
      return [['image', task.image !== undefined], settings];
  }
  return null;
}

/** A reply of a worker; null for a message that is not a reply. */
export function readReply(message: unknown): WorkerReply | null {
  const reply = fieldsOf(message);
  if (reply === null || !isNumber(reply.call)) return null;
  const { call } = reply;
  if (isPackedError(reply.error)) return { call, error: reply.error as PackedError };
  return 'value' in reply ? { call, value: reply.value } : null;
}

/** Whether a worker says that it begins to listen. */
export function isReady(message: unknown): boolean {
  return fieldsOf(message)?.ready === true;
}

function fieldsOf(value: unknown): Fields | null {
  return typeof value === 'object' && value !== null ? (value as Fields) : null;
}

function isNumber(value: unknown): value is number {
  return Number.isSafeInteger(value);
}
