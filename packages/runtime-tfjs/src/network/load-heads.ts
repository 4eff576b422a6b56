import { decodeHeads } from '@ztw/bundle';
import { InvalidInputError } from '@ztw/core';
import type { NetworkCut, NetworkHeads } from '@ztw/heads';
import { validateHead } from '@ztw/heads';
import { checkHeads } from './check-heads.ts';
import type { TensorflowNetwork } from './tensorflow-network.ts';

/**
 * Reads what `saveHeads` wrote, ready for `stageNetwork({ tf, network, ...heads })`.
 * @param network The one that the heads were trained on. Other weights in the same architecture are not noticed, and answer wrongly.
 * @throws InvalidBundleError for a file that is damaged, or no such file.
 * @throws InvalidModelError for layers that do not fit together.
 * @throws InvalidInputError for heads that do not fit the network.
 */
export function loadHeads(network: TensorflowNetwork, file: Uint8Array): NetworkHeads {
  const { network: trainedOn, cuts: names, heads, newClasses, labels } = decodeHeads(file);
  for (const { specification } of heads) validateHead(specification);
  const cuts = names.map((name): NetworkCut => {
    const cut = network.cuts.find((candidate) => candidate.name === name);
    if (cut === undefined) {
      throw new InvalidInputError(
        `These heads were trained on "${trainedOn}" and stand at "${name}", where "${network.name}" cannot be cut. Load the network that they belong to.`,
      );
    }
    return cut;
  });
  const placed = { cuts, heads, labels, ...(newClasses === null ? {} : { newClasses }) };
  checkHeads({ network, ...placed });
  return placed;
}
