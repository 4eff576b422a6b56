// Typed access to stored examples of the original PyTorch code, in this project's names: heads with their inputs,
// outputs and gradients, the mixed pool alone, and chains of cascading heads. For tests of every package that runs,
// trains or emits heads. Works in Node only.

import type { Parameter } from '@ztw/core/runtime';
import { convHead } from '../families/conv-head.ts';
import type { HeadOptions } from '../families/head-options.ts';
import { pooledHead } from '../families/pooled-head.ts';
import { swinHead } from '../families/swin-head.ts';
import { tokenHead } from '../families/token-head.ts';
import type { Head, HeadSpecification } from '../head.ts';
import { parameterShapes } from '../shapes/head-parameters.ts';
import { type CascadeFile, type HeadFile, type NetworkFile, type PoolFile, read, type StoredArchitecture, type StoredGradients, type StoredHead, type StoredTensor } from './golden-files.ts';

/** Gradients by parameter name in this project's names; null where the loss does not depend on the parameter. */
export type GoldenGradients = Readonly<Record<string, Float32Array | null>>;

/** One head, one batch: forward values and gradients of the mean cross-entropy. */
export interface GoldenHead {
  readonly name: string;
  readonly head: Head;
  /** `[rows, ...inputShape]` */
  readonly input: Float32Array;
  readonly rows: number;
  /** `[rows, classes]`, or null for a head without cascade. */
  readonly previousLogits: Float32Array | null;
  /** Logits `[rows, classes]`. */
  readonly expected: Float32Array;
  /** `[rows]` */
  readonly labels: Int32Array;
  /** Mean cross-entropy. */
  readonly loss: number;
  readonly gradients: GoldenGradients;
  /** Same layout as `input`. */
  readonly gradInput: Float32Array;
  /** Null where the previous logits are constants (`detach`) or absent. */
  readonly gradPreviousLogits: Float32Array | null;
  /** Whether the gradient stops at the previous logits. */
  readonly detach: boolean;
}

/** The mixed pool alone: `output` from `input`, and the gradients of `sum(output * gradOutput)`. */
export interface GoldenPool {
  readonly name: string;
  readonly alpha: number;
  readonly rows: number;
  /** `[channels, height, width]` */
  readonly inputShape: readonly [number, number, number];
  readonly outputSize: readonly [number, number];
  readonly input: Float32Array;
  readonly output: Float32Array;
  readonly gradOutput: Float32Array;
  readonly gradInput: Float32Array;
  readonly gradAlpha: number;
}

/** Three ICs in a row, each with the features of its own cut, and the logits of the one before. */
export interface GoldenCascade {
  readonly name: string;
  readonly detach: boolean;
  readonly heads: readonly Head[];
  readonly rows: number;
  /** Per IC, `[rows, ...inputShape]`. */
  readonly features: readonly Float32Array[];
  readonly labels: Int32Array;
  /** Per IC, `[rows, classes]`. */
  readonly logits: readonly Float32Array[];
  /** Per IC, mean cross-entropy. */
  readonly losses: readonly number[];
  /** Logits of the frozen final classifier, and their loss. */
  readonly finalLogits: Float32Array;
  readonly finalLoss: number;
  /** Per IC, gradients of the sum of the ICs' losses. */
  readonly gradientsOfSum: readonly GoldenGradients[];
  /** The original's training loss: the ICs' and the final losses, divided by their number; and its gradients. */
  readonly referenceLoss: number;
  readonly gradientsOfReferenceLoss: readonly GoldenGradients[];
  /** `[loss of IC k][parameters of IC m]`: L2 norms of the gradients of each IC's own loss; null as in gradients. */
  readonly gradientNorms: readonly (readonly Readonly<Record<string, number | null>>[])[];
  /** Five steps of Adam (PyTorch's, weight decay added to the gradient) on the sum of the ICs' losses. */
  readonly adam: {
    readonly learningRate: number;
    readonly weightDecay: number;
    /** Before each step. */
    readonly losses: readonly number[];
    /** Per IC, values after the last step. */
    readonly parameters: readonly Readonly<Record<string, Float32Array>>[];
  };
}

/** A network of pooled heads whose exits were run with several thresholds. */
export interface GoldenNetwork {
  readonly name: string;
  readonly rows: number;
  readonly classes: number;
  /** One per exit but the last. */
  readonly heads: readonly Head[];
  /** Per head, `[rows, ...inputShape]`. */
  readonly features: readonly Float32Array[];
  /** Per exit, `[rows, classes]`. */
  readonly logits: readonly Float32Array[];
  readonly thresholds: readonly {
    readonly threshold: number;
    /** `[rows]` */
    readonly exits: readonly number[];
    /** `[rows, classes]` */
    readonly outputs: Float32Array;
  }[];
}

/** All stored heads: pooled, conv with 1 to 5 layers, token, swin; with and without cascade. */
export function goldenHeads(): readonly GoldenHead[] {
  return ['heads_conv', 'heads_vit', 'heads_swin'].flatMap((file) => readHeads(file, read<HeadFile>(file)));
}

/** The heads of one file. Their sizes are taken from it, so that vectors of other sizes are read as well. */
export function readHeads(fileName: string, { cases }: HeadFile): readonly GoldenHead[] {
  return cases.map((stored, index) => goldenHead(`${fileName}[${index}] ${describeCase(stored)}`, stored));
}

/**
 * All stored networks whose exits answer with their heads' own logits; those with an ensemble are for where ensembles
 * are.
 */
export function goldenNetworks(): readonly GoldenNetwork[] {
  return readNetworks(read<NetworkFile>('threshold_forward'));
}

/** The networks of one file, as `readHeads`. */
export function readNetworks({ models }: NetworkFile): readonly GoldenNetwork[] {
  return models.flatMap(({ model, head_logits, features = [], params, thresholds }) => {
    if (params === undefined) return [];
    const [rows, classes] = head_logits[0]!.shape as [number, number];
    const heads = features.map((input, index) => {
      const prefix = `${index}.`;
      // The first head of a cascade has a norm as well, which it does not use.
      const cascading = index > 0 && `${prefix}_cascading_norm.weight` in params;
      const architecture = { head_type: 'pooled', out_size: classes, cascading, input };
      return headOf(specificationOf(architecture, params, prefix), params, prefix);
    });
    return [
      {
        name: model,
        rows,
        classes,
        heads,
        features: features.map(floats),
        logits: head_logits.map(floats),
        thresholds: thresholds.map(({ threshold, expected_exit_at, expected_outputs }) => ({
          threshold,
          exits: expected_exit_at.data,
          outputs: floats(expected_outputs),
        })),
      },
    ];
  });
}

/** All stored mixed pools. */
export function goldenPools(): readonly GoldenPool[] {
  return read<PoolFile>('sdnpool').cases.map((stored, index) => {
    const [rows, channels, height, width] = stored.input.shape as [number, number, number, number];
    const [, , outHeight, outWidth] = stored.output.shape as [number, number, number, number];
    const alpha = stored.alpha.data[0]!;
    return {
      name: `sdnpool[${index}] ${height}x${width} to ${outHeight}x${outWidth}, alpha ${alpha}`,
      alpha,
      rows,
      inputShape: [channels, height, width],
      outputSize: [outHeight, outWidth],
      input: floats(stored.input),
      output: floats(stored.output),
      gradOutput: floats(stored.grad_output),
      gradInput: floats(stored.grad_input),
      gradAlpha: stored.grad_alpha.data[0]!,
    };
  });
}

/** All stored cascades of three ICs. */
export function goldenCascades(): readonly GoldenCascade[] {
  return read<CascadeFile>('cascade_grads').cases.map((stored, index) => {
    const specifications = stored.features.map((features, icIndex) =>
      specificationOf(
        {
          head_type: stored.head_type,
          out_size: stored.num_classes,
          cascading: icIndex > 0,
          layer_norm: stored.layer_norm,
          input: features,
        },
        stored.params,
        `${icIndex}.`,
      ),
    );
    const perHead = <T>(values: Readonly<Record<string, T>>) =>
      specifications.map((specification, icIndex) => ours(specification, values, `${icIndex}.`));
    const gradients = (values: StoredGradients) =>
      perHead(values).map((named) => mapValues(named, (value) => value && floats(value)));
    return {
      name: `cascade_grads[${index}] ${stored.head_type}, layer norm ${stored.layer_norm}, detach ${stored.detach}`,
      detach: stored.detach,
      heads: specifications.map((specification, icIndex) => headOf(specification, stored.params, `${icIndex}.`)),
      rows: stored.labels.data.length,
      features: stored.features.map(floats),
      labels: Int32Array.from(stored.labels.data),
      logits: stored.ic_logits.map(floats),
      losses: stored.ic_losses,
      finalLogits: floats(stored.final_logits),
      finalLoss: stored.final_loss,
      gradientsOfSum: gradients(stored.grads_loss_sum),
      referenceLoss: stored.loss_ref,
      gradientsOfReferenceLoss: gradients(stored.grads_loss_ref),
      gradientNorms: stored.grad_norm_per_ic_loss.map(perHead),
      adam: {
        learningRate: stored.adam5.lr,
        weightDecay: stored.adam5.weight_decay,
        losses: stored.adam5.losses,
        parameters: perHead(stored.adam5.params_after).map((named) => mapValues(named, floats)),
      },
    };
  });
}

function floats(tensor: StoredTensor): Float32Array {
  return Float32Array.from(tensor.data);
}

function goldenHead(name: string, stored: StoredHead): GoldenHead {
  const specification = specificationOf(stored, stored.params, '');
  return {
    name,
    head: headOf(specification, stored.params, ''),
    input: floats(stored.input),
    rows: stored.labels.data.length,
    previousLogits: stored.cascading_input ? floats(stored.cascading_input) : null,
    expected: floats(stored.output),
    labels: Int32Array.from(stored.labels.data),
    loss: stored.loss_ce_mean,
    gradients: mapValues(ours(specification, stored.grads, ''), (value) => value && floats(value)),
    gradInput: floats(stored.grad_input),
    gradPreviousLogits: stored.grad_cascading_input ? floats(stored.grad_cascading_input) : null,
    detach: stored.detach ?? true,
  };
}

function describeCase(stored: StoredHead): string {
  const parts = [stored.head_type, `${stored.num_layers ?? 1} layers`, `hidden ${stored.hidden_dim}`];
  return [...parts, `cascade ${stored.cascading}`, `norm ${stored.layer_norm}`, `detach ${stored.detach}`].join(', ');
}

/** What the file does not say of an architecture follows from the shapes of its parameters. */
function specificationOf(
  stored: StoredArchitecture,
  parameters: Readonly<Record<string, StoredTensor>>,
  prefix: string,
): HeadSpecification {
  const options: HeadOptions = {
    inputShape: stored.input.shape.slice(1),
    classes: stored.out_size,
    cascade: stored.cascading === true,
    layerNorm: stored.layer_norm ?? true,
  };
  const shapeOf = (name: string): readonly number[] | undefined => parameters[prefix + name]?.shape;
  const countOf = (name: string): number => {
    let index = 0;
    while (shapeOf(`${name}.${index}.weight`) !== undefined) index++;
    return index;
  };
  const type = stored.head_type.replace('_cascading', '').replace('_standard', '').replace('_head', '');
  if (type === 'vit' || type === 'swin') {
    const hiddenSize = stored.hidden_dim ?? shapeOf('_fcs.0.weight')![0]!;
    const dense = { layers: stored.num_layers ?? countOf('_fcs'), hiddenSize };
    return type === 'vit' ? tokenHead({ ...options, ...dense }) : swinHead({ ...options, ...dense });
  }
  const layers = countOf('_convs');
  const channels = layers === 0 ? stored.input.shape[1]! : shapeOf(`_convs.${layers - 1}.weight`)![0]!;
  const width = shapeOf('_fc.weight')![1]! - (options.cascade ? options.classes : 0);
  const poolSize = stored.pool_size ?? Math.sqrt(width / channels);
  if (type === 'pooled') return pooledHead({ ...options, poolSize });
  if (/^conv(?:_\dl)?$/.test(type)) return convHead({ ...options, layers, padding: 0, poolSize });
  throw new Error(`Unknown head type "${stored.head_type}" in the stored examples.`);
}

function headOf(specification: HeadSpecification, stored: Readonly<Record<string, StoredTensor>>, prefix: string): Head {
  const parameters = mapValues(
    ours(specification, stored, prefix),
    (tensor): Parameter => ({ shape: tensor.shape, data: floats(tensor) }),
  );
  return { specification, parameters };
}

/** The stored values of a head's own parameters, by our names. */
function ours<T>(
  specification: HeadSpecification,
  stored: Readonly<Record<string, T>>,
  prefix: string,
): Readonly<Record<string, T>> {
  return Object.fromEntries(
    Object.keys(parameterShapes(specification)).map((name) => {
      const theirs = prefix + theirName(specification, name);
      if (!(theirs in stored)) throw new Error(`The stored examples have no "${theirs}" for "${name}".`);
      return [name, stored[theirs]!];
    }),
  );
}

function theirName(specification: HeadSpecification, name: string): string {
  const hasList = specification.family === 'token' || specification.family === 'swin';
  const hidden = specification.layers.filter((layer) => 'name' in layer && layer.name.startsWith('hidden')).length;
  return name
    .replace(/^conv(\d)\./, '_convs.$1.')
    .replace(/^pool\.alpha$/, '_pooling._alpha')
    .replace(/^cascade\./, '_cascading_norm.')
    .replace(/^hidden(\d)\./, '_fcs.$1.')
    .replace(/^classifier\./, hasList ? `_fcs.${hidden}.` : '_fc.');
}

function mapValues<From, To>(
  record: Readonly<Record<string, From>>,
  transform: (value: From) => To,
): Readonly<Record<string, To>> {
  return Object.fromEntries(Object.entries(record).map(([name, value]) => [name, transform(value)]));
}
