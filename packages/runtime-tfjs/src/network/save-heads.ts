import { encodeHeads } from '@ztw/bundle';
import type { NetworkHeads } from '@ztw/heads';
import type { TensorflowNetwork } from './tensorflow-network.ts';

/**
 * Writes heads as one safetensors file, to be stored anywhere: in `indexedDbBlobStore`, as a download, on a server. The
 * file does not hold the network itself; `loadHeads` needs the network that the heads were trained on.
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
