// What `classifier.classify(image)` costs above `classify(model, rows)` of the core, on images that need no decoding.
//
//   pnpm --filter @ztw/bench classifier-overhead

import { classify, confidenceThreshold } from '@ztw/core';
import { interleave, timeShare } from '@ztw/core/evaluation';
import { loadBundle, onnx } from '@ztw/runtime-onnx';
import * as ort from 'onnxruntime-web';
import { loadClassifier } from 'ztw';
import { normalisePixels } from 'ztw/pixels';
import { fashionBundle, fashionThreshold, stripedImages } from '../../../packages/ztw/test/support/fashion-bundle.ts';

const rounds = 300;

ort.env.wasm.numThreads = 1;
const files = await fashionBundle(ort);
const read = async (path: string): Promise<Uint8Array> => files.get(path) ?? new Uint8Array(0);
const classifier = await loadClassifier(read, onnx(ort));
const { model, ensemble, manifest } = await loadBundle({ ort, bundle: read });
const { preprocessing } = manifest;
if (preprocessing === null) throw new Error('internal: a bundle for images has no preprocessing.');

const policy = confidenceThreshold(fashionThreshold);
const images = stripedImages(64);
const rows = images.map(({ data }) => {
  const row = new Float32Array(data.length);
  normalisePixels(Uint8Array.from(data), row, preprocessing);
  return row;
});
const at = <Item>(items: readonly Item[], round: number): Item => items[round % items.length] as Item;

const [raw, front] = await interleave(
  [
    { name: 'rows', run: (round) => classify(model, { data: at(rows, round), rows: 1 }, { policy, ensemble }) },
    { name: 'images', run: (round) => classifier.classify(at(images, round), { policy }) },
  ],
  { rounds, warmUps: 20 },
);
if (raw === undefined || front === undefined) throw new Error('internal: a contender was not timed.');
const { median, quartiles } = timeShare(front, raw);
const percent = (share: number): string => `${((share - 1) * 100).toFixed(1)} %`;
console.log(
  `classifier.classify(image) over classify(rows), ${rounds} interleaved rounds: median ${percent(median)}, ` +
    `quartiles ${quartiles.map(percent).join(' and ')}`,
);
process.exit(0);
