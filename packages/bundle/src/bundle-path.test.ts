import { expect, it } from 'vitest';
import { isBundlePath } from './bundle-path.ts';

it.each(['weights.safetensors', 'networks/0/stage-1.onnx', 'a', '_a/b_c.d', '0/1'])('accepts %s', (path) => {
  expect(isBundlePath(path)).toBe(true);
});

it.each([
  '',
  '.',
  '..',
  '../secret',
  'a/../../secret',
  'a/./b',
  'a//b',
  'a/',
  '/etc/passwd',
  '\\\\server\\share',
  'a\\b',
  '..\\secret',
  'C:/windows',
  'C:secret',
  'file:///etc/passwd',
  'https://example.com/x',
  '%2e%2e/secret',
  'a?b',
  'a#b',
  '.hidden',
  'a/.hidden',
  '~/secret',
  'a\0b',
  'a\nb',
  'a b',
  'modèle.onnx',
])('refuses %j', (path) => {
  expect(isBundlePath(path)).toBe(false);
});
