// The caller's options, checked and completed: what the rest of the trainer works from.

import { InvalidDataError, InvalidInputError, type RowShape } from '@ztw/core';
import { denseInput, type FeatureRows, rowSize, type SegmentedBackbone } from '@ztw/core/runtime';
import { type HeadLayer, type HeadSpecification, hasCascade, headMacs, splitPrefix, validateHead } from '@ztw/heads';
import type { RowBatch } from '../features/row-plan.ts';
import type { HeldOutData, NetworkLogits, TrainingData, TrainOptions } from './train-options.ts';
import { completeRecipe, type TrainingRecipe } from './training-recipe.ts';

/** One head of one variant, in the form that training needs. */
export interface PreparedHead {
  /** As asked for. */
  readonly specification: HeadSpecification;
  /** Behind the parameter-free prefix; its parameters have the same names. */
  readonly trained: HeadSpecification;
  readonly usesPreviousLogits: boolean;
  /** Of the trained part, per row. */
  readonly macs: number;
}

export interface PreparedVariant {
  readonly name: string;
  readonly heads: readonly PreparedHead[];
}

export interface TrainingJob {
  readonly backbone: SegmentedBackbone;
  readonly data: TrainingData;
  readonly heldOut: HeldOutData | null;
  readonly variants: readonly PreparedVariant[];
  /** Logits of the network before in a chain; null without one. */
  readonly previousNetwork: NetworkLogits | null;
  /** Whether the backbone's own logits on the training rows are asked for. */
  readonly wantNetworkLogits: boolean;
  readonly recipe: TrainingRecipe;
  readonly identity: string;
  readonly classes: number;
  readonly cuts: number;
  /** Whether the backbone's own predictions on the training rows are needed. */
  readonly usesTeacher: boolean;
}

/**
 * Checks that data, backbone, heads and recipe fit together.
 * @throws InvalidDataError for empty data or labels out of range.
 * @throws InvalidInputError for heads or a recipe that do not fit.
 */
export function prepareJob(options: TrainOptions): TrainingJob {
  const { backbone, data, heldOut = null } = options;
  const recipe = completeRecipe(options.recipe ?? {});
  const { classes } = backbone;
  checkRows('training', data.rows, data.labels, classes);
  if (heldOut !== null) {
    checkRows('held-out', heldOut.rows, heldOut.labels, classes);
  }
  if (!Number.isInteger(data.copies) || data.copies < 1) {
    throw new InvalidInputError(`The training data must have at least one copy of each row, but says ${data.copies}.`);
  }
  if (data.labels === null && (recipe.distillation === null || recipe.distillation.weight !== 1)) {
    throw new InvalidInputError(
      "Training without labels learns from the backbone alone: set the recipe's distillation to weight 1, for example { weight: 1, temperature: 2 }.",
    );
  }
  const { previousNetwork = null, wantNetworkLogits = false } = options;
  if (previousNetwork !== null) checkPreviousNetwork(previousNetwork, options);
  return {
    backbone,
    data,
    heldOut,
    variants: prepareVariants(options),
    previousNetwork,
    wantNetworkLogits,
    recipe,
    identity: options.identity ?? '',
    classes,
    cuts: backbone.cuts.length,
    usesTeacher: recipe.distillation !== null && recipe.distillation.weight > 0,
  };
}

/**
 * Reads the input rows of one batch.
 * @throws InvalidDataError where they are not as many values as they should be; UnsupportedModelError for a backbone with other inputs
 *   than one dense tensor.
 */
export async function readInput(job: TrainingJob, batch: RowBatch): Promise<FeatureRows> {
  const values =
    batch.copy === null ? await job.heldOut?.read(batch.indices) : await job.data.read(batch.indices, batch.copy);
  const { rowShape } = denseInput(job.backbone);
  const expected = batch.rows * rowSize(rowShape);
  if (values?.length !== expected) {
    throw new InvalidDataError(
      `Expected ${batch.rows} input rows of [${rowShape.join(', ')}], ${expected} values, but the data gave ${values?.length ?? 0}.`,
    );
  }
  return values;
}

function checkPreviousNetwork(previous: NetworkLogits, { backbone, data, heldOut = null }: TrainOptions): void {
  const wanted = { training: data.rows * data.copies, heldOut: heldOut?.rows ?? 0 };
  for (const part of ['training', 'heldOut'] as const) {
    const expected = wanted[part] * backbone.classes;
    if (previous[part].length !== expected) {
      throw new InvalidInputError(
        `Expected ${wanted[part]} x ${backbone.classes} logits of the network before (${part}), but got ${previous[part].length}. ` +
          'Run it on the same rows and copies.',
      );
    }
  }
}

function prepareVariants({ variants, backbone, previousNetwork = null }: TrainOptions): readonly PreparedVariant[] {
  const { cuts } = backbone;
  if (variants.length === 0) {
    throw new InvalidInputError('There is nothing to train: name at least one variant with one head per cut.');
  }
  const names = variants.map(({ name }) => name);
  if (new Set(names).size < names.length) {
    throw new InvalidInputError(`Variants need different names, but these came: ${names.join(', ')}.`);
  }
  const splits = variants.map(({ name, heads }) => {
    if (heads.length !== cuts.length) {
      throw new InvalidInputError(
        `The variant "${name}" has ${heads.length} heads, but the backbone has ${cuts.length} cuts; it needs one head per cut.`,
      );
    }
    return heads.map((specification, cut) => {
      checkHead(name, specification, cut, backbone, previousNetwork !== null);
      return { specification, ...splitPrefix(specification) };
    });
  });
  cuts.forEach((description, cut) => {
    checkSharedCache(
      description.name,
      description.cachedShape,
      splits.map((heads, index) => ({ name: names[index] ?? '', split: heads[cut] })),
    );
  });
  return splits.map((heads, index) => ({
    name: names[index] ?? '',
    heads: heads.map(({ specification, trained }) => ({
      specification,
      trained,
      usesPreviousLogits: hasCascade(trained),
      macs: headMacs(trained),
    })),
  }));
}

function checkHead(
  variant: string,
  head: HeadSpecification,
  cut: number,
  backbone: SegmentedBackbone,
  followsNetwork: boolean,
): void {
  const where = `The head of the variant "${variant}" at cut ${cut}`;
  validateHead(head);
  const boundaryShape = backbone.cuts[cut]?.boundaryShapes[0] ?? [];
  if (!sameShape(head.inputShape, boundaryShape)) {
    throw new InvalidInputError(
      `${where} reads rows of [${head.inputShape.join(', ')}], but the cut gives [${boundaryShape.join(', ')}].`,
    );
  }
  if (head.classes !== backbone.classes) {
    throw new InvalidInputError(`${where} has ${head.classes} classes, but the backbone has ${backbone.classes}.`);
  }
  if (cut === 0 && !followsNetwork && hasCascade(head)) {
    throw new InvalidInputError(
      `${where} has a cascade connection, but nothing comes before it: give the logits of the network before in a chain (previousNetwork), or a head without cascade.`,
    );
  }
}

/** The features are cached once for all variants, so their heads must begin alike. */
function checkSharedCache(
  cutName: string,
  cachedShape: RowShape,
  heads: readonly {
    readonly name: string;
    readonly split: { readonly prefix: readonly HeadLayer[]; readonly cachedShape: RowShape } | undefined;
  }[],
): void {
  const [first] = heads;
  for (const { name, split } of heads) {
    if (split === undefined || !sameShape(split.cachedShape, cachedShape)) {
      throw new InvalidInputError(
        `The head of the variant "${name}" at cut "${cutName}" is trained on rows of [${split?.cachedShape.join(', ')}], ` +
          `but the backbone caches [${cachedShape.join(', ')}]. Make the backbone's segments from the same heads.`,
      );
    }
    if (JSON.stringify(split.prefix) !== JSON.stringify(first?.split?.prefix)) {
      throw new InvalidInputError(
        `The heads of the variants "${first?.name}" and "${name}" at cut "${cutName}" begin differently, ` +
          'but their features are cached once for both. Give them the same layers up to the first one with parameters.',
      );
    }
  }
}

function sameShape(a: RowShape, b: RowShape): boolean {
  return a.length === b.length && a.every((size, axis) => size === b[axis]);
}

function checkRows(what: string, rows: number, labels: Int32Array | null, classes: number): void {
  if (!Number.isInteger(rows) || rows < 1) {
    throw new InvalidDataError(`The ${what} data has no rows. Check its path and its filters.`);
  }
  if (labels === null) {
    return;
  }
  if (labels.length !== rows) {
    throw new InvalidDataError(`The ${what} data has ${rows} rows, but ${labels.length} labels.`);
  }
  const wrong = labels.findIndex((label) => label < 0 || label >= classes);
  if (wrong >= 0) {
    throw new InvalidDataError(
      `Row ${wrong} of the ${what} data has the label ${labels[wrong]}, but the backbone has the classes 0..${classes - 1}.`,
    );
  }
}
