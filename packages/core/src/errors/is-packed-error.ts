import { maximumDepth, type PackedError } from './packed-error.ts';

/** Whether a message holds an error that `packError` made, causes included. */
export function isPackedError(value: unknown, depth: number = maximumDepth): value is PackedError {
  if (typeof value !== 'object' || value === null || depth < 0) return false;
  const { name, message, code, stack, cause, details } = value as Partial<Record<keyof PackedError, unknown>>;
  const isText = (text: unknown): boolean => typeof text === 'string';
  return (
    isText(name) &&
    isText(message) &&
    (code === null || isText(code)) &&
    (stack === null || isText(stack)) &&
    (cause === null || isPackedError(cause, depth - 1)) &&
    typeof details === 'object' &&
    details !== null
  );
}
