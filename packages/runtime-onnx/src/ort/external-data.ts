// Whether an ONNX Runtime takes the values of a model from memory (session option `externalData`). Versions that do not
// know the option ignore it and look for a file on the disk. None of them says so, hence one tiny session asks.

import { RuntimeFailureError } from '@ztw/core';
import type { OnnxRuntime, SessionSettings } from './onnx-runtime.ts';
import { openSession } from './ort-session.ts';

/** One initialiser, in an external file of this name that is on no disk, and an Identity. Opset 13. */
const location = 'ztw-values-in-memory';
const model =
  'CAc6cAoTCgF3EgF5GgFuIghJZGVudGl0eRIBZypFCAEQAUIBd2ogCghsb2NhdGlvbhIUenR3LXZhbHVlcy1pbi1tZW1vcnlqCwoGb2Zmc2V0EgEwagsKBmxlbmd0aBIBNHABYg8KAXkSCgoICAESBAoCCAFCBAoAEA0=';

const answers = new WeakMap<OnnxRuntime, Promise<boolean>>();

/** Asks once per ONNX Runtime module. */
export function takesExternalData(ort: OnnxRuntime, settings: SessionSettings): Promise<boolean> {
  const known = answers.get(ort);
  if (known !== undefined) return known;
  const answer = ask(ort, settings);
  answers.set(ort, answer);
  return answer;
}

async function ask(ort: OnnxRuntime, settings: SessionSettings): Promise<boolean> {
  const bytes = Uint8Array.from(atob(model), (character) => character.charCodeAt(0));
  const sessionOptions = {
    ...settings.sessionOptions,
    externalData: [{ path: location, data: new Uint8Array(4) }],
    logSeverityLevel: 4,
  } as const;
  try {
    const session = await openSession(ort, bytes, { ...settings, sessionOptions }, 'the question for external data');
    await session.release();
    return true;
  } catch (error) {
    if (RuntimeFailureError.isInstance(error)) return false;
    throw error;
  }
}
