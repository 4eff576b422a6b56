// Relations between the fields of a well-formed manifest. Each check returns a description of the problem, or null.

import { type FreeShape, type InputType, InvalidModelError, type PolicySpecification } from '@ztw/core';
import { findDenseInput } from '@ztw/core/runtime';
import { type HeadSpecification, hasCascade, validateHead } from '@ztw/heads';
import type { BundleManifest, BundleNetwork, BundleStage, BundleTensor } from './manifest.ts';
import { manifestInputs } from './manifest-inputs.ts';

/** Path of the manifest. It lists all files except itself. */
export const MANIFEST_PATH = 'manifest.json';

type Check = (manifest: BundleManifest) => string | null;

/** The first contradiction in a manifest; null if there is none. */
export function findContradiction(manifest: BundleManifest): string | null {
  return firstProblem(CHECKS, (check) => check(manifest));
}

const CHECKS: readonly Check[] = [
  checkInputs,
  checkLabels,
  checkPreprocessing,
  checkVersion,
  checkNetworks,
  checkEnsemble,
  checkPoints,
  checkFiles,
];

function checkInputs({ inputShape, inputs }: BundleManifest): string | null {
  if (inputs === undefined) return inputShape === null ? 'inputShape: null, but there are no inputs' : null;
  if (inputShape !== null) return 'inputs: the networks have an inputShape already';
  // A single dense input has one form, which every release can read.
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
    const input = inputShape === null ? 'of another kind' : `[${inputShape}]`;
    return `preprocessing: makes [${channels}, ${height}, ${width}], but the input is ${input}`;
  }
  if (mean.length === channels && std.length === channels) return null;
  return `preprocessing: ${mean.length} means and ${std.length} deviations for ${channels} channels`;
}

/** Version 1 knows no values outside the forms of a stage. */
function checkVersion({ version, networks }: BundleManifest): string | null {
  if (version !== 1) return null;
  const isNew = ({ model, weights, program }: BundleStage): boolean =>
    model === undefined || weights !== undefined || (program !== undefined && program.weights === undefined);
  const stage = networks.flatMap(({ stages }) => stages).find(isNew);
  return stage === undefined ? null : `version: 1, but the stage ${stage.name} is written as in version 2`;
}

function checkNetworks(manifest: BundleManifest): string | null {
  return firstProblem(manifest.networks, (network, networkIndex) =>
    firstProblem(network.stages, (stage, stageIndex) => {
      const isFirst = networkIndex === 0 && stageIndex === 0;
      if (isFirst && stage.previousLogits !== null) {
        return 'networks[0].stages[0]: reads previous logits, but is the first stage';
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
  const { model, program, weights = [] } = stage;
  if (model === undefined && program === undefined) return 'has neither a model nor a program';
  if (new Set(weights).size < weights.length) return 'lists a weights file twice';
  const before = network.stages[stageIndex - 1];
  const isLast = stageIndex === network.stages.length - 1;
  const arriving = before ? before.outputs : manifestInputs(manifest);
  if (!sameTensors(stage.inputs, arriving)) {
    return `takes ${formatTensors(stage.inputs)}, but receives ${formatTensors(arriving)}`;
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
  if (head.classes !== classes) return `its head has ${head.classes} classes instead of ${classes}`;
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
    if (InvalidModelError.isInstance(error)) return `its head is not valid: ${error.message.replace(/\.$/, '')}`;
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
    const received = `${exit.weights.length} weights and ${exit.bias.length} biases`;
    return `ensemble.exits[${exitIndex}]: ${received}; expected ${exitIndex + 1} and ${classes}`;
  });
}

function checkPoints({ operatingPoints, networks }: BundleManifest): string | null {
  const stageCount = networks.reduce((sum, network) => sum + network.stages.length, 0);
  return firstProblem(operatingPoints, ({ exitShares, policy }, index) => {
    const unfit = limitLists(policy).find(({ length }) => length !== stageCount && length !== stageCount - 1);
    if (unfit !== undefined) {
      const received = `a policy with ${unfit.length} limits`;
      return `operatingPoints[${index}]: ${received} for ${stageCount} stages over all networks`;
    }
    if (exitShares === undefined || exitShares.length === stageCount) return null;
    return `operatingPoints[${index}]: ${exitShares.length} exit shares for ${stageCount} stages over all networks`;
  });
}

/** All lists of limits per exit in a policy. */
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
  const unlisted = stages.flatMap(pathsOf).find((path) => !listed.has(path));
  if (unlisted !== undefined) return `files: ${unlisted} is missing from the list`;
  if (weights !== null && !listed.has(weights)) return `files: ${weights} is missing from the list`;
  const withHeads = stages.filter((stage) => stage.head !== null);
  if (weights !== null) return withHeads.length > 0 ? null : 'weights: a file, but there are no heads';
  return withHeads.every((stage) => stage.weights !== undefined) ? null : 'weights: null, but there are heads';
}

function pathsOf({ model, weights = [], program }: BundleStage): readonly string[] {
  const programPaths = program === undefined ? [] : [program.steps, program.weights];
  return [model, ...weights, ...programPaths].filter((path) => path !== undefined);
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

/** A head is described for one length of a free axis. Its values do not depend on that length. */
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
