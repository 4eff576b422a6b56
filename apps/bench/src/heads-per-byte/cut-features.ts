import { initialiseHead, pooledHead } from '@ztw/heads';
import { chooseCuts, compileNetwork } from '@ztw/onnx-graph';
import { onnxBackend } from '@ztw/runtime-onnx';
import { openNetwork } from '@ztw/training/onnx';
import * as ort from 'onnxruntime-node';

/** Features of one cut, averaged to `side` x `side`: `[rows, channels * side * side]`. */
export interface CutFeatures {
  readonly width: number;
  readonly values: Float32Array;
}

const batch = 100;

/**
 * Runs a network on images and averages the maps after some blocks.
 * @param images `[rows, 3, 32, 32]`, normalised.
 * @param blocks Numbers of blocks, ascending; negative ones count from the end.
 * @param side Height and width of the averaged maps; it must divide those of the features.
 */
export async function cutFeatures(
  bytes: Uint8Array,
  images: Float32Array,
  { blocks, side }: { readonly blocks: readonly number[]; readonly side: number },
): Promise<readonly CutFeatures[]> {
  const sessionOptions = { logSeverityLevel: 3 as const, intraOpNumThreads: 1 };
  const network = await openNetwork({ name: 'backbone', bytes }, { onnx: onnxBackend({ ort }) });
  const { analysis } = network;
  const all = chooseCuts(analysis, { kind: 'all' });
  const cuts = blocks.flatMap((block) => all.at(block) ?? []);
  // The heads are not used: only the tensors that cross the cuts are.
  const heads = cuts.map((cut) =>
    initialiseHead(
      pooledHead({
        inputShape: cut.tensors[0]?.rowShape ?? [],
        classes: analysis.classes,
        cascade: false,
        poolSize: 1,
      }),
      1,
    ),
  );
  const { network: stages, files } = compileNetwork({ analysis, cuts, heads, name: 'backbone', pathPrefix: '' });
  const rowSize = analysis.input.rowShape.reduce((product, size) => product * size, 1);
  const rows = images.length / rowSize;
  const features = cuts.map((cut) => {
    const width = (cut.tensors[0]?.rowShape[0] ?? 0) * side * side;
    return { width, values: new Float32Array(rows * width) };
  });
  const sessions = await Promise.all(
    stages.stages
      .slice(0, cuts.length)
      .map((stage) => ort.InferenceSession.create(files.get(stage.model) as Uint8Array, sessionOptions)),
  );
  for (let start = 0; start < rows; start += batch) {
    const count = Math.min(batch, rows - start);
    let feeds: Record<string, ort.Tensor> = {
      [stages.stages[0]?.inputs[0]?.name ?? '']: new ort.Tensor(
        'float32',
        images.slice(start * rowSize, (start + count) * rowSize),
        [count, ...analysis.input.rowShape],
      ),
    };
    for (const [index, session] of sessions.entries()) {
      const stage = stages.stages[index];
      const results = await session.run(feeds);
      const crossing = stage?.outputs.map(({ name }) => name) ?? [];
      const first = results[crossing[0] ?? ''] as ort.Tensor;
      const into = features[index] as CutFeatures;
      averageMaps(first, side, into.values.subarray(start * into.width));
      const next = stages.stages[index + 1]?.inputs ?? [];
      feeds = Object.fromEntries(next.map(({ name }, place) => [name, results[crossing[place] ?? ''] as ort.Tensor]));
    }
  }
  for (const session of sessions) await session.release();
  return features;
}

function averageMaps({ dims, data }: ort.Tensor, side: number, into: Float32Array): void {
  const [rows = 0, channels = 0, height = 0, width = 0] = dims;
  const [tall, wide] = [height / side, width / side];
  const values = data as Float32Array;
  for (let map = 0; map < rows * channels; map++) {
    for (let y = 0; y < height; y++) {
      for (let x = 0; x < width; x++) {
        const place = (map * side + Math.floor(y / tall)) * side + Math.floor(x / wide);
        into[place] = (into[place] as number) + (values[(map * height + y) * width + x] as number) / (tall * wide);
      }
    }
  }
}
