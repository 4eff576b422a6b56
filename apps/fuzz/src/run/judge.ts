import { ZtwError } from '@ztw/core';
import { type Outcome, SilentFault } from '../target.ts';

/** The outcome that a thrown value means. */
export function judgeError(error: unknown): Extract<Outcome, 'typed' | 'untyped' | 'silent' | 'crash'> {
  if (error instanceof SilentFault) return 'silent';
  if (causesOf(error).some((each) => each instanceof WebAssembly.RuntimeError)) return 'crash';
  const isOwn = ZtwError.isInstance(error) && !error.message.startsWith('internal:');
  return isOwn ? 'typed' : 'untyped';
}

/** The error and its causes, without end where an error causes itself: at most eight. */
function causesOf(error: unknown): readonly unknown[] {
  const causes: unknown[] = [];
  for (let each = error; each !== undefined && each !== null && causes.length < 8; ) {
    causes.push(each);
    each = (each as { readonly cause?: unknown }).cause;
  }
  return causes;
}
