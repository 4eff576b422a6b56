import { Command } from 'commander';
import { expect, test } from 'vitest';
import { recordedArguments } from './recorded-arguments.ts';

const program = new Command('ztw').option('--quiet');
const train = program
  .command('train')
  .option('--data <path>')
  .option('--cuts <selection>')
  .option('--out <folder>')
  .option('--threads <n>')
  .option('--no-resume')
  .option('--no-labels');

test.each([
  ['train a/net.onnx --data b/photos --cuts 2', 'train net.onnx --data photos --cuts 2'],
  ['train net.onnx --data=b/photos/ --cuts=0.2,0.4', 'train net.onnx --data photos --cuts 0.2,0.4'],
  ['train net.onnx --out x --threads 4 --no-resume --quiet --no-labels', 'train net.onnx --no-labels'],
  ['train --out=x/y --data fashion-mnist:train -- /a/--odd.onnx', 'train --data fashion-mnist:train --odd.onnx'],
])('%s is recorded as %s', (typed, recorded) => {
  expect(recordedArguments(typed.split(' '), train).join(' ')).toBe(recorded);
});
