// What a page loads that trains new classes: nothing of ONNX, and no protocol buffers.

import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';

/** All modules that an entry reaches inside this package, and the packages that these import, types left aside. */
async function importsOf(
  entry: URL,
): Promise<{ readonly files: ReadonlySet<string>; readonly packages: ReadonlySet<string> }> {
  const files = new Set<string>();
  const packages = new Set<string>();
  const visit = async (file: URL): Promise<void> => {
    if (files.has(file.href)) return;
    files.add(file.href);
    const text = (await readFile(file, 'utf8')).replaceAll(/^(?:import|export) type [^;]*;/gm, '');
    for (const [, specifier = ''] of text.matchAll(/^(?:import|export)\s[^;]*?from '([^']+)';/gm)) {
      if (specifier.startsWith('.')) await visit(new URL(specifier, file));
      else packages.add(specifier);
    }
  };
  await visit(entry);
  return { files, packages };
}

test.each(['./index.ts', './worker/index.ts'])('%s knows neither ONNX nor a runtime', async (entry) => {
  const { files, packages } = await importsOf(new URL(entry, import.meta.url));
  expect(files.size).toBeGreaterThan(10);
  expect([...files].filter((file) => file.includes('/onnx/'))).toEqual([]);
  expect([...packages].filter((name) => /^@ztw\/(runtime|onnx|program)|onnx|protobuf/.test(name))).toEqual([]);
});

test('the ONNX entry takes its runtime from the caller', async () => {
  const { packages } = await importsOf(new URL('./onnx/index.ts', import.meta.url));
  expect(packages).toContain('@ztw/onnx-graph');
  expect([...packages].filter((name) => name.startsWith('@ztw/runtime-'))).toEqual([]);
});
