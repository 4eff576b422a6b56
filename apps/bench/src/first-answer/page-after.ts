// After: an answer as soon as the runtime and the first stage are in.

import { classifyEarly } from './classify-early.ts';

Object.assign(globalThis, await classifyEarly());
