import { decodeHeads } from '@ztw/bundle';
import { InvalidInputError } from '@ztw/core';
import type { NetworkCut, NetworkHeads } from '@ztw/heads';
import { validateHead } from '@ztw/heads';
import { checkHeads } from './check-heads.ts';
import type { TensorflowNetwork } from './tensorflow-network.ts';

/**
 * Reads a file of `saveHeads`. Pass the result to `stageNetwork({ tf, network, ...heads })`.
 * @param network The network that the heads were trained on. The same architecture with other weights is not detected,
 *   and gives wrong answers.
 * @throws InvalidBundleError for a file that is damaged or of another kind.
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
        `Expected the network that these heads were trained on, "${trainedOn}", with a cut at "${name}"; received "${network.name}", which ` +
          'has no such cut. Load the network that the heads belong to.',
        { expected: trainedOn, received: network.name, path: name },
      );
    }
    return cut;
  });
  const placed = { cuts, heads, labels, ...(newClasses === null ? {} : { newClasses }) };
  checkHeads({ network, ...placed });
  return placed;
}
