import { encodeHeads } from '@ztw/bundle';
import type { NetworkHeads } from '@ztw/heads';
import type { TensorflowNetwork } from './tensorflow-network.ts';

/**
 * Heads as the bytes of one safetensors file, to be kept where there is room: `indexedDbBlobStore`, a download, a server.
 * The network itself is not in it; `loadHeads` wants the one that the heads were trained on.
 * @throws InvalidInputError where the heads do not fit each other.
 */
export function saveHeads(network: TensorflowNetwork, { cuts, heads, newClasses, labels }: NetworkHeads): Uint8Array {
  return encodeHeads({
    network: network.name,
    cuts: cuts.map(({ name }) => name),
    heads,
    newClasses: newClasses ?? null,
    labels,
  });
}
