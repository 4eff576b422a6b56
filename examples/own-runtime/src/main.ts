// Classifies noise on the runtime of this folder: node --conditions=@ztw/source --import tsx src/main.ts

import { classify, confidenceThreshold } from '@ztw/core';
import { seededValues } from '@ztw/core/testing';
import { denseModel } from './dense-runtime.ts';
import { inputSize, smallNetwork } from './small-network.ts';

const rows = 4;
await using model = denseModel(smallNetwork());
const input = { rows, data: seededValues(7, rows * inputSize, 1) };
const { results } = await classify(model, input, { policy: confidenceThreshold(0.6) });
for (const { row, labelIndex, exitIndex } of results)
  console.log(`row ${row}: class ${labelIndex}, at exit ${exitIndex}`);
