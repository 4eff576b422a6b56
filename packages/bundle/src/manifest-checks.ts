// Relations between the fields of a well-formed manifest. Each check returns a description of the problem, or null.

import { type FreeShape, type InputType, InvalidModelError, type PolicySpecification } from '@ztw/core';
import { findDenseInput } from '@ztw/core/runtime';
import { type HeadSpecification, hasCascade, validateHead } from '@ztw/heads';
import type { BundleManifest, BundleNetwork, BundleStage, BundleTensor } from './manifest.ts';
import { manifestInputs } from './manifest-inputs.ts';

/** The manifest's own path; it lists all files but itself. */
export const MANIFEST_PATH = 'manifest.json';

type Check = (manifest: BundleManifest) => string | null;

/** The first contradiction in a manifest; null where there is none. */
export function findContradiction(manifest: BundleManifest): string | null {
  return firstProblem(CHECKS, (check) => check(manifest));
}

const CHECKS: readonly Check[] = [
  checkInputs,
  checkLabels,
  checkPreprocessing,
  checkNetworks,
  checkEnsemble,
  checkPoints,
  checkFiles,
];

function checkInputs({ inputShape, inputs }: BundleManifest): string | null {
  if (inputs === undefined) return inputShape === null ? 'inputShape: null, but there are no inputs' : null;
  if (inputShape !== null) return 'inputs: the networks have an inputShape already';
  // One way to write it, which every release can read.
  if (findDenseInput(inputs) !== null) return 'inputs: a single dense input is written as inputShape';
  const names = inputs.map(({ name }) => name);
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  return twice === undefined ? null : `inputs: ${twice} is listed twice`;
}

function checkLabels({ labels, classes }: BundleManifest): string | null {
  if (labels === null || labels.length === classes) return null;
  return `labels: ${labels.length} names for ${classes} classes`;
}

function checkPreprocessing({ preprocessing, inputShape }: BundleManifest): string | null {
  if (preprocessing === null) return null;
  const { channels, height, width, mean, std } = preprocessing;
  if (!sameShape(inputShape ?? [], [channels, height, width])) {
    return `preprocessing: makes [${channels}, ${height}, ${width}], but the input is [${inputShape ?? 'of another kind'}]`;
  }
  if (mean.length === channels && std.length === channels) return null;
  return `preprocessing: ${mean.length} means and ${std.length} deviations for ${channels} channels`;
}

function checkNetworks(manifest: BundleManifest): string | null {
  return firstProblem(manifest.networks, (network, networkIndex) =>
    firstProblem(network.stages, (stage, stageIndex) => {
      const isFirst = networkIndex === 0 && stageIndex === 0;
      if (isFirst && stage.previousLogits !== null) {
        return 'networks[0].stages[0]: reads the logits of the stage before, but is the first of all';
      }
      const problem = checkStage(stage, stageIndex, network, manifest);
      return problem && `networks[${networkIndex}].stages[${stageIndex}]: ${problem}`;
    }),
  );
}

function checkStage(
  stage: BundleStage,
  stageIndex: number,
  network: BundleNetwork,
  manifest: BundleManifest,
): string | null {
  const before = network.stages[stageIndex - 1];
  const isLast = stageIndex === network.stages.length - 1;
  const arriving = before ? before.outputs : manifestInputs(manifest);
  if (!sameTensors(stage.inputs, arriving)) {
    return `takes ${formatTensors(stage.inputs)}, but ${formatTensors(arriving)} arrives`;
  }
  if (isLast !== (stage.outputs.length === 0)) {
    return isLast ? 'is the last stage, but passes features on' : 'passes no features on to the next stage';
  }
  if (isLast !== (stage.head === null)) {
    return isLast ? "is the last stage, but has a head beside the network's own classifier" : 'has no head';
  }
  return stage.head && checkHead(stage.head, stage, manifest.classes);
}

function checkHead(head: HeadSpecification, stage: BundleStage, classes: number): string | null {
  const features = stage.outputs[0] as BundleTensor;
  if (!fitsShape(head.inputShape, features.rowShape)) {
    return `its head takes [${head.inputShape}], but its features are [${features.rowShape}]`;
  }
  if (head.classes !== classes) return `its head answers ${head.classes} classes instead of ${classes}`;
  const cascades = hasCascade(head);
  if (cascades !== (stage.previousLogits !== null)) {
    return cascades
      ? 'its head has a cascade layer, but it takes no previous logits'
      : 'it takes previous logits, but its head has no cascade layer';
  }
  return findMisfit(head);
}

function findMisfit(head: HeadSpecification): string | null {
  try {
    validateHead(head);
    return null;
  } catch (error) {
    if (InvalidModelError.isInstance(error)) return `its head is not whole: ${error.message.replace(/\.$/, '')}`;
    throw error;
  }
}

function checkEnsemble({ ensemble, classes, networks }: BundleManifest): string | null {
  if (ensemble === null) return null;
  const stageCount = networks.reduce((sum, network) => sum + network.stages.length, 0);
  if (ensemble.classes !== classes) return `ensemble: ${ensemble.classes} classes instead of ${classes}`;
  if (ensemble.exits.length !== stageCount) {
    return `ensemble: ${ensemble.exits.length} exits for ${stageCount} stages over all networks`;
  }
  return firstProblem(ensemble.exits, (exit, exitIndex) => {
    if (exit === null || (exit.weights.length === exitIndex + 1 && exit.bias.length === classes)) return null;
    return `ensemble.exits[${exitIndex}]: ${exit.weights.length} weights and ${exit.bias.length} biases; expected ${exitIndex + 1} and ${classes}`;
  });
}

function checkPoints({ operatingPoints, networks }: BundleManifest): string | null {
  const stageCount = networks.reduce((sum, network) => sum + network.stages.length, 0);
  return firstProblem(operatingPoints, ({ exitShares, policy }, index) => {
    const unfit = limitLists(policy).find(({ length }) => length !== stageCount && length !== stageCount - 1);
    if (unfit !== undefined) {
      return `operatingPoints[${index}]: a policy with ${unfit.length} limits for ${stageCount} stages over all networks`;
    }
    if (exitShares === undefined || exitShares.length === stageCount) return null;
    return `operatingPoints[${index}]: ${exitShares.length} exit shares for ${stageCount} stages over all networks`;
  });
}

/** Limits per exit, wherever they are in a policy. */
function limitLists(policy: PolicySpecification): readonly (readonly number[])[] {
  if ('policies' in policy) return policy.policies.flatMap(limitLists);
  return 'limit' in policy && typeof policy.limit !== 'number' ? [policy.limit] : [];
}

function checkFiles({ files, networks, weights }: BundleManifest): string | null {
  // Some file systems ignore case.
  const folded = files.map((file) => file.path.toLowerCase());
  const seen = new Set<string>();
  const twice = folded.findIndex((path) => seen.size === seen.add(path).size);
  if (twice >= 0) return `files[${twice}]: ${files[twice]?.path} is listed twice`;
  if (seen.has(MANIFEST_PATH)) return `files: lists ${MANIFEST_PATH}, which cannot hold its own hash`;
  const stages = networks.flatMap((network) => network.stages);
  const listed = new Set(files.map((file) => file.path));
  const named = stages.flatMap(({ model, program }) => [model, ...(program ? [program.steps, program.weights] : [])]);
  const unlisted = named.find((path) => !listed.has(path));
  if (unlisted !== undefined) return `files: ${unlisted} is missing from the list`;
  if (weights !== null && !listed.has(weights)) return `files: ${weights} is missing from the list`;
  const hasHeads = stages.some((stage) => stage.head !== null);
  if (hasHeads === (weights !== null)) return null;
  return hasHeads ? 'weights: null, but there are heads' : 'weights: a file, but there are no heads';
}

function firstProblem<Item>(
  items: readonly Item[],
  check: (item: Item, index: number) => string | null,
): string | null {
  for (const [index, item] of items.entries()) {
    const problem = check(item, index);
    if (problem !== null) return problem;
  }
  return null;
}

type Tensor = Pick<BundleTensor, 'rowShape' | 'type'>;

function sameTensors(tensors: readonly Tensor[], others: readonly Tensor[]): boolean {
  return tensors.length === others.length && tensors.every((tensor, index) => sameTensor(tensor, others[index]));
}

function sameTensor(tensor: Tensor, other: Tensor | undefined): boolean {
  return other !== undefined && typeOf(tensor) === typeOf(other) && sameShape(tensor.rowShape, other.rowShape);
}

function typeOf({ type = 'float32' }: Tensor): InputType {
  return type;
}

function sameShape(left: FreeShape, right: FreeShape): boolean {
  return left.length === right.length && left.every((size, axis) => size === right[axis]);
}

/** A head is described for one length of a free axis; what it computes along that axis does not depend on it. */
function fitsShape(shape: FreeShape, free: FreeShape): boolean {
  return shape.length === free.length && free.every((size, axis) => typeof size === 'string' || size === shape[axis]);
}

function formatTensors(tensors: readonly Tensor[]): string {
  if (tensors.length === 0) return 'nothing';
  const format = (tensor: Tensor): string => {
    const type = typeOf(tensor);
    return `${type === 'float32' ? '' : `${type} `}[${tensor.rowShape}]`;
  };
  return tensors.map(format).join(' and ');
}
