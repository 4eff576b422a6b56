// The caller's options, checked and completed, for the rest of the trainer.

import { InvalidDataError, InvalidInputError, type RowShape } from '@ztw/core';
import { denseInput, type FeatureRows, rowSize, type SegmentedBackbone } from '@ztw/core/runtime';
import { type HeadLayer, type HeadSpecification, hasCascade, headMacs, splitPrefix, validateHead } from '@ztw/heads';
import type { RowBatch } from '../features/row-plan.ts';
import type { HeldOutData, NetworkLogits, TrainingData, TrainOptions } from './train-options.ts';
import { completeRecipe, type TrainingRecipe } from './training-recipe.ts';

/** One head of one variant, in the form that training needs. */
export interface PreparedHead {
  /** The head of the options. */
  readonly specification: HeadSpecification;
  /** The head after the parameter-free prefix. Its parameters have the same names. */
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
  /** Logits of the previous network in a chain; null without one. */
  readonly previousNetwork: NetworkLogits | null;
  /** Whether the backbone's own logits on the training rows are requested. */
  readonly wantNetworkLogits: boolean;
  readonly recipe: TrainingRecipe;
  readonly identity: string;
  readonly classes: number;
  readonly cuts: number;
  /** Whether the backbone's own predictions on the training rows are needed. */
  readonly usesTeacher: boolean;
}

/**
 * Checks that data, backbone, heads and recipe match.
 * @throws InvalidDataError for empty data or labels out of range.
 * @throws InvalidInputError for heads or a recipe that do not match.
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
    throw new InvalidInputError(`Expected at least one copy of each training row; received ${data.copies}.`, {
      expected: 1,
      received: data.copies,
    });
  }
  if (data.labels === null && (recipe.distillation === null || recipe.distillation.weight !== 1)) {
    throw new InvalidInputError(
      "Expected distillation with weight 1, because the training data has no labels. Set the recipe's distillation, for example { weight: 1, temperature: 2 }.",
      { expected: 1, received: recipe.distillation?.weight ?? null, path: 'recipe.distillation.weight' },
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
 * @throws InvalidDataError for a wrong number of values; UnsupportedModelError for a backbone whose input is not one
 *   dense tensor.
 */
export async function readInput(job: TrainingJob, batch: RowBatch): Promise<FeatureRows> {
  const values =
    batch.copy === null ? await job.heldOut?.read(batch.indices) : await job.data.read(batch.indices, batch.copy);
  const { rowShape } = denseInput(job.backbone);
  const expected = batch.rows * rowSize(rowShape);
  if (values?.length !== expected) {
    throw new InvalidDataError(
      `Expected ${batch.rows} input rows of [${rowShape.join(', ')}], ${expected} values; received ${values?.length ?? 0}.`,
      { expected, received: values?.length ?? 0 },
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
        `Expected ${wanted[part]} x ${backbone.classes} logits of the previous network (${part}); received ${previous[part].length}. ` +
          'Run it on the same rows and copies.',
        { expected, received: previous[part].length, path: `previousNetwork.${part}` },
      );
    }
  }
}

function prepareVariants({ variants, backbone, previousNetwork = null }: TrainOptions): readonly PreparedVariant[] {
  const { cuts } = backbone;
  if (variants.length === 0) {
    throw new InvalidInputError('Expected at least one variant with one head per cut; received none.', { received: 0 });
  }
  const names = variants.map(({ name }) => name);
  if (new Set(names).size < names.length) {
    throw new InvalidInputError(`Expected variants with different names; received ${names.join(', ')}.`, {
      received: names,
    });
  }
  const splits = variants.map(({ name, heads }) => {
    if (heads.length !== cuts.length) {
      throw new InvalidInputError(
        `Expected one head per cut for the variant "${name}", ${cuts.length} heads; received ${heads.length}.`,
        { expected: cuts.length, received: heads.length, path: name },
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
      `${where} reads rows of [${head.inputShape.join(', ')}], but the features have the shape [${boundaryShape.join(', ')}].`,
      { expected: boundaryShape, received: head.inputShape },
    );
  }
  if (head.classes !== backbone.classes) {
    throw new InvalidInputError(`${where} has ${head.classes} classes, but the backbone has ${backbone.classes}.`, {
      expected: backbone.classes,
      received: head.classes,
    });
  }
  if (cut === 0 && !followsNetwork && hasCascade(head)) {
    throw new InvalidInputError(
      `${where} has a cascade connection, but no previous IC. Give the logits of the previous network in a chain (previousNetwork), or a head without cascade.`,
    );
  }
}

/** The features are cached once for all variants, so their heads must share the prefix. */
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
        { expected: cachedShape, received: split?.cachedShape },
      );
    }
    if (JSON.stringify(split.prefix) !== JSON.stringify(first?.split?.prefix)) {
      throw new InvalidInputError(
        `The heads of the variants "${first?.name}" and "${name}" at cut "${cutName}" begin with different layers, ` +
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
    throw new InvalidDataError(
      `Expected ${what} data with at least one row; received ${rows}. Check its path and its filters.`,
      { received: rows },
    );
  }
  if (labels === null) {
    return;
  }
  if (labels.length !== rows) {
    throw new InvalidDataError(
      `Expected one label for each of the ${rows} ${what} rows; received ${labels.length} labels.`,
      { expected: rows, received: labels.length },
    );
  }
  const wrong = labels.findIndex((label) => label < 0 || label >= classes);
  if (wrong >= 0) {
    throw new InvalidDataError(
      `Expected labels in 0..${classes - 1}, the classes of the backbone; row ${wrong} of the ${what} data has the label ${labels[wrong]}.`,
      { expected: [0, classes - 1], received: labels[wrong] },
    );
  }
}
