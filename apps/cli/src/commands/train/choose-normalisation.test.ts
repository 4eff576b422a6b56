import { InvalidInputError } from '@ztw/core';
import type { OnnxNetwork } from '@ztw/training/onnx';
import { describe, expect, it } from 'vitest';
import { createPreprocessing, type NormalisationOptions } from '../../data/index.ts';
import type { LoadedRuntime } from '../../runtime/onnx-runtime.ts';
import { type ChosenNormalisation, chooseNormalisation } from './choose-normalisation.ts';

/** A network whose metadata say which pixels it expects; null: they say nothing. */
function network(name: string, range: string | null): OnnxNetwork {
  const metadataProps = range === null ? [] : [{ key: 'Image.NominalPixelRange', value: range }];
  const analysis = {
    input: { name: 'x' },
    source: { model: { proto: { metadataProps } }, view: { readers: new Map() } },
  };
  return { name, analysis } as unknown as OnnxNetwork;
}

/** Chooses without labelled rows, so that nothing runs. */
async function choose(
  networks: readonly OnnxNetwork[],
  normalisation: NormalisationOptions = {},
  allowMismatch = false,
): Promise<ChosenNormalisation & { readonly notes: readonly string[] }> {
  const notes: string[] = [];
  const preprocessing = createPreprocessing([3, 8, 8], normalisation);
  const chosen = await chooseNormalisation(
    { networks, rows: [], preprocessing, normalisation, allowMismatch },
    {} as LoadedRuntime,
    { onNote: (text) => void notes.push(text), onProgress: () => {}, signal: new AbortController().signal },
  );
  return { ...chosen, notes };
}

describe('chooseNormalisation', () => {
  it("takes the user's, whatever the network says", async () => {
    const chosen = await choose([network('net', 'NominalRange_0_255')], { preset: 'none' });
    expect(chosen).toMatchObject({ by: 'user', preprocessing: { mean: [0, 0, 0], std: [1, 1, 1] }, notes: [] });
  });

  it('takes what the file of a network says, and tells', async () => {
    const chosen = await choose([network('first', null), network('second', 'Normalized_1_1')]);
    expect(chosen).toMatchObject({ by: 'network', preprocessing: { mean: [0.5, 0.5, 0.5], std: [0.5, 0.5, 0.5] } });
    expect(chosen.notes).toEqual([expect.stringMatching(/--preset signed, because of second.*Normalized_1_1/)]);
  });

  it.each([
    ['say nothing', [network('net', null)]],
    ['contradict each other', [network('a', 'Normalized_1_1'), network('b', 'NominalRange_0_255')]],
  ])('asks where files %s and there are no labels', async (_what, networks) => {
    await expect(choose(networks)).rejects.toSatisfy(
      (error) => InvalidInputError.isInstance(error) && error.path === '--preset' && /no labels/.test(error.message),
    );
    const chosen = await choose(networks, {}, true);
    expect(chosen).toMatchObject({ by: 'undecided', preprocessing: { mean: [0, 0, 0] } });
    expect(chosen.notes).toEqual([expect.stringMatching(/^Caution: Expected the normalisation/)]);
  });
});
