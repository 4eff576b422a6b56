import { RuntimeFailureError } from '@ztw/core';
import { describe, expect, it } from 'vitest';
import { loadRuntime } from './onnx-runtime.ts';

const importNative = async (): Promise<never> => {
  throw new Error("Cannot find package 'onnxruntime-node'\nRequire stack: ...");
};

describe('loadRuntime without the native runtime', () => {
  it('falls back to WebAssembly and says so once, with the reason', async () => {
    const notes: string[] = [];
    const runtime = await loadRuntime({
      choice: 'auto',
      threads: 1,
      onNote: (text) => void notes.push(text),
      importNative,
    });
    expect(runtime.name).toMatch(/^onnxruntime-web/);
    expect(notes).toHaveLength(1);
    expect(notes[0]).toMatch(/WebAssembly.*Cannot find package 'onnxruntime-node'\. Install it/);
  });

  it('says nothing where WebAssembly was asked for', async () => {
    const notes: string[] = [];
    await loadRuntime({ choice: 'web', threads: 1, onNote: (text) => void notes.push(text), importNative });
    expect(notes).toEqual([]);
  });

  it('stops where the native runtime was asked for', async () => {
    const loading = loadRuntime({ choice: 'node', threads: 1, onNote: () => {}, importNative });
    await expect(loading).rejects.toSatisfy(RuntimeFailureError.isInstance);
  });
});
