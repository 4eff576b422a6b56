// Checks the sizes in the configuration of a layer. TensorFlow.js allocates memory for them before it compares them
// with the weights.

import { maximumInputValues, maximumLength } from './model-json-bounds.ts';
import { refuse } from './refuse.ts';

type Config = Readonly<Record<string, unknown>>;

/** Whole numbers from 1 on, alone or one per axis. */
const positiveKeys = [
  'depthMultiplier',
  'dilationRate',
  'filters',
  'inputDim',
  'kernelSize',
  'n',
  'outputDim',
  'poolSize',
  'rank',
  'strides',
  'units',
];

/** Whole numbers from 0 on, in lists of any depth. TensorFlow.js checks texts such as `same`. */
const amountKeys = ['cropping', 'padding'];

/** Numbers that equal the length of an axis of the layer's weights. */
const weightKeys = ['filters', 'inputDim', 'outputDim', 'units'];

/** Shapes that start with the row axis. */
const batchShapeKeys = ['batchInputShape', 'batchShape'];

export function checkLayerSizes(config: Config, path: string, weightLengths: ReadonlySet<number>): void {
  for (const key of positiveKeys) checkNumbers(config[key], `${path}.${key}`, 1);
  for (const key of amountKeys) checkNumbers(config[key], `${path}.${key}`, 0);
  for (const key of weightKeys) {
    const value = config[key];
    if (typeof value === 'number' && !weightLengths.has(value)) {
      refuse(`${path}.${key}`, 'the length of an axis of a stored weight', value);
    }
  }
  for (const key of batchShapeKeys) checkShape(config[key], `${path}.${key}`, 1);
  checkShape(config.inputShape, `${path}.inputShape`, 0);
  checkShape(config.targetShape, `${path}.targetShape`, 0);
  checkAxes(config.dims, `${path}.dims`);
  checkAxes(config.axis, `${path}.axis`);
  checkInitialisers(config, path);
}

function checkNumbers(value: unknown, path: string, minimum: 0 | 1): void {
  if (value === undefined || value === null || typeof value === 'string') return;
  if (Array.isArray(value)) {
    if (value.length === 0 || value.length > 8) refuse(path, 'one to eight numbers', value);
    for (const [index, item] of value.entries()) checkNumbers(item, `${path}.${index}`, minimum);
  } else if (!isLength(value, minimum)) {
    refuse(path, `a whole number from ${minimum} to ${maximumLength}`, value);
  }
}

/** Open sizes are null, or -1 in a target. */
function checkShape(value: unknown, path: string, rowAxes: 0 | 1): void {
  if (value === undefined || value === null) return;
  if (!Array.isArray(value) || value.length > 8 || value.length < rowAxes) refuse(path, 'a list of sizes', value);
  const sizes = value.slice(rowAxes).filter((size) => size !== null && size !== -1);
  const wrong = sizes.find((size) => !isLength(size, 1));
  if (wrong !== undefined) refuse(path, `sizes from 1 to ${maximumLength}`, wrong);
  const product = (sizes as readonly number[]).reduce((total, size) => total * size, 1);
  if (product > maximumInputValues) refuse(path, `at most ${maximumInputValues} values`, value);
}

function checkAxes(value: unknown, path: string): void {
  for (const axis of Array.isArray(value) ? value : [value ?? 0]) {
    if (!Number.isInteger(axis) || Math.abs(axis as number) > 8) refuse(path, 'whole numbers of axes', value);
  }
}

function isLength(value: unknown, minimum: number): boolean {
  return Number.isInteger(value) && (value as number) >= minimum && (value as number) <= maximumLength;
}

/**
 * TensorFlow.js draws initial values before it reads the weights, and loops forever if the width of the distribution is
 * not a number.
 */
function checkInitialisers(config: Config, path: string): void {
  for (const [key, initialiser] of Object.entries(config)) {
    if (!/initializer$/i.test(key) || typeof initialiser !== 'object' || initialiser === null) continue;
    const own = (initialiser as { readonly config?: unknown }).config;
    if (typeof own !== 'object' || own === null || Array.isArray(own)) {
      refuse(`${path}.${key}.config`, 'an object', own);
    }
    for (const [name, value] of Object.entries(own)) checkInitialValue(name, value, `${path}.${key}.config.${name}`);
  }
}

const numbersOfInitialisers = ['gain', 'maxval', 'mean', 'minval', 'scale', 'stddev', 'value'];

function checkInitialValue(name: string, value: unknown, path: string): void {
  if (!numbersOfInitialisers.includes(name) || value === undefined || value === null) return;
  if (typeof value !== 'number' || !(Math.abs(value) <= 1e6)) refuse(path, 'a number from -1e6 to 1e6', value);
}
