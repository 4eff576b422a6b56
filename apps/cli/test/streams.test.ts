// Standard streams that break: closed pipes and full disks.

import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { network, writeArrays } from './support/sample-data.ts';

const main = fileURLToPath(new URL('../src/main.ts', import.meta.url));
const ztw = `"${process.execPath}" --conditions=@ztw/source --import tsx "${main}"`;

let root: string;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'ztw-streams-'));
});
afterAll(() => rm(root, { recursive: true, force: true }));

/** Runs a line of the shell; `code` is that of the last command before `echo`. */
function shell(line: string): Promise<{ readonly output: string; readonly code: number | null }> {
  return new Promise((resolve, reject) => {
    const child = spawn('bash', ['-c', line], { cwd: fileURLToPath(new URL('../', import.meta.url)) });
    let output = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream.on('data', (chunk: Buffer) => {
        output += chunk.toString();
      });
    }
    child.on('error', reject);
    child.on('close', (code) => resolve({ output, code }));
  });
}

const onUnix = process.platform !== 'win32';

test.skipIf(!onUnix)('a training finishes although nobody reads its progress', async () => {
  const data = await writeArrays(join(root, 'data'), 60, 1);
  const out = join(root, 'out');
  const options = `train "${network}" --data "${data}" --preset none --cuts 1 --head pooled --epochs 2 --batch 16 --out "${out}"`;
  const { output } = await shell(`{ ${ztw} ${options} 2>&1 >/dev/null; echo "code $?" >"${root}/code"; } | head -1`);
  expect(output.split('\n')).toHaveLength(2);
  expect(await readdir(out)).toContain('manifest.json');
  expect((await shell(`cat "${root}/code"`)).output).toBe('code 0\n');
});

test.skipIf(!onUnix || !existsSync('/dev/full'))(
  'results that cannot be written are a failure with a message',
  async () => {
    for (const command of ['--help', `inspect "${network}"`]) {
      const { output, code } = await shell(`${ztw} ${command} >/dev/full`);
      expect(code, command).toBe(1);
      expect(output).toMatch(/^error: Could not write the results to standard output: .*no space/im);
    }
  },
);

test.skipIf(!onUnix)('a reader that has seen enough is no failure', async () => {
  const { output, code } = await shell(`set -o pipefail; ${ztw} inspect "${network}" | head -1`);
  expect(code).toBe(0);
  expect(output.split('\n')).toHaveLength(2);
});
