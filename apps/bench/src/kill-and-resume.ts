// Kills `ztw train` with SIGKILL at random moments, starts it again with the same command, and compares the finished
// bundle with that of an uninterrupted training, byte by byte.
//
//   pnpm --filter @ztw/bench kill-and-resume [kills, default 20] [seed, default 1]
//
// The job is small (2,000 Fashion-MNIST images, 4 cuts, SDN and ZTW), so that twenty of them take minutes. The killed
// process is the published command, not a function. Exits with 1 where a bundle differs.

import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { seededRandom } from '@ztw/heads';

const kills = Number(process.argv[2] ?? 20);
const random = seededRandom(Number(process.argv[3] ?? 1));
const root = fileURLToPath(new URL('../../..', import.meta.url));
const folder = await mkdtemp(join(tmpdir(), 'ztw-kill-'));
const output = join(folder, 'bundles');
const command = [
  ...['--conditions=@ztw/source', '--import', 'tsx', 'apps/cli/src/main.ts', 'train', 'models/fashion-resnet20.onnx'],
  ...['--data', 'fashion-mnist:train', '--preset', 'fashion-mnist', '--limit', '2000', '--cuts', '4', '--seed', '1'],
  ...['--head', 'pool-conv', '--methods', 'ztw,sdn', '--augment', 'flip', '--epochs', '3', '--quiet', '--out', output],
];

/** Runs the command, and kills it after the given time, if any. @returns whether the command finished. */
function train(killAfterMilliseconds: number | null): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, command, { cwd: root, stdio: ['ignore', 'ignore', 'inherit'] });
    const timer =
      killAfterMilliseconds === null ? null : setTimeout(() => child.kill('SIGKILL'), killAfterMilliseconds);
    child.on('error', reject);
    child.on('exit', (code, signal) => {
      if (timer !== null) clearTimeout(timer);
      if (code === 0) resolve(true);
      else if (signal === 'SIGKILL') resolve(false);
      else reject(new Error(`ztw train ended with code ${code}`));
    });
  });
}

/** SHA-256 of every file of the output, by path. */
async function hashes(): Promise<ReadonlyMap<string, string>> {
  const entries = await readdir(output, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  const pairs = files.sort().map(
    async (file): Promise<[string, string]> => [
      relative(output, file),
      createHash('sha256')
        .update(await readFile(file))
        .digest('hex'),
    ],
  );
  return new Map(await Promise.all(pairs));
}

const start = performance.now();
await train(null);
const duration = performance.now() - start;
const expected = await hashes();
console.log(`Uninterrupted: ${(duration / 1000).toFixed(1)} s, ${expected.size} files.`);

let different = 0;
for (let kill = 1; kill <= kills; ) {
  await rm(folder, { recursive: true, force: true });
  const moment = random() * duration;
  // It finished before the kill: another moment.
  if (await train(moment)) continue;
  await train(null);
  const found = await hashes();
  const wrong = [...new Set([...expected.keys(), ...found.keys()])].filter(
    (path) => expected.get(path) !== found.get(path),
  );
  if (wrong.length > 0) different++;
  const verdict = wrong.length === 0 ? 'identical' : `DIFFERENT: ${wrong.join(', ')}`;
  console.log(`${kill}/${kills}  at ${(moment / 1000).toFixed(2)} s: killed, resumed, ${verdict}`);
  kill++;
}
await rm(folder, { recursive: true, force: true });
console.log(`${kills - different} of ${kills} bundles identical to the uninterrupted one.`);
process.exitCode = different === 0 ? 0 : 1;
