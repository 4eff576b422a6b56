// Trains on a few Fashion-MNIST images and writes both bundles: node --conditions=@ztw/source --import tsx src/main.ts
// [folder]

import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { TrainedBundle } from '@ztw/training/onnx';
import { fashionRows } from './fashion-rows.ts';
import { fromLayersModel } from './from-layers-model.ts';
import { fromOnnx } from './from-onnx.ts';
import { smallModel } from './small-model.ts';

const folder = process.argv[2] ?? 'out/example';

async function write(name: string, { files, report }: TrainedBundle): Promise<void> {
  for (const [path, bytes] of files) {
    const place = join(folder, name, path);
    await mkdir(dirname(place), { recursive: true });
    await writeFile(place, bytes);
  }
  console.log(name, report.exits, report.operatingPoints);
}

const data = await fashionRows(1000, 200);
await write('from-onnx', await fromOnnx(data));
await write('from-layers-model', await fromLayersModel(await smallModel(), data));
