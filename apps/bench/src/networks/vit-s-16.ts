import { branchGain } from './image-layers.ts';
import { imageClasses, imageInput, type NetworkWriter, type WrittenNetwork, writeNetwork } from './network-writer.ts';

const width = 384;
const heads = 6;
const headWidth = width / heads;
const depth = 12;
const patch = 16;
const patches = (224 / patch) ** 2;
const tokens = patches + 1;

/**
 * ViT-S/16. Source: Touvron et al., Training data-efficient image transformers, 2021, table 1 (DeiT-S); layers as in
 * timm's vit_small_patch16_224. Opset 17 is the first with LayerNormalization.
 */
export function viTS16(seed: number): WrittenNetwork {
  return writeNetwork('vit-s-16', 17, seed, (writer) => {
    let features = embed(writer);
    for (let index = 0; index < depth; index++) {
      const scope = `blocks.${index}`;
      const attended = attend(writer, `${scope}.attn`, normalise(writer, `${scope}.norm1`, features));
      features = writer.apply(scope, 'Add', [features, attended]);
      const hidden = linear(writer, `${scope}.mlp.fc1`, normalise(writer, `${scope}.norm2`, features), [
        width,
        4 * width,
      ]);
      const projected = linear(writer, `${scope}.mlp.fc2`, gelu(writer, `${scope}.mlp/act`, hidden), [
        4 * width,
        width,
      ]);
      features = writer.apply(scope, 'Add', [features, projected], {}, `/${scope}/Add_1_output_0`);
    }
    const first = writer.integer('/Constant_output_0', 0);
    const token = writer.apply('', 'Gather', [normalise(writer, 'norm', features), first], { axis: 1 });
    return writer.dense('head', token, width, imageClasses);
  });
}

/** Number of rows, int64 `[1]`. */
function countRows(writer: NetworkWriter, scope: string, input: string): string {
  const shape = writer.apply(scope, 'Shape', [input]);
  const count = writer.apply(scope, 'Gather', [shape, writer.integer(`/${scope}/batch_axis`, 0)], { axis: 0 });
  return writer.apply(scope, 'Unsqueeze', [count, writer.integers(`/${scope}/axes`, [0])]);
}

/** `[rows, ...]` -> `[rows, ...dims]`. */
function reshape(writer: NetworkWriter, scope: string, input: string, dims: readonly number[]): string {
  const target = [countRows(writer, scope, input), ...dims.map((size) => writer.integers(`/${scope}/size`, [size]))];
  return writer.apply(scope, 'Reshape', [input, writer.apply(scope, 'Concat', target, { axis: 0 })]);
}

/** Patches and the class token with their positions, `[rows, tokens, width]`. */
function embed(writer: NetworkWriter): string {
  const shape = { from: 3, to: width, kernel: patch, stride: patch, padding: 0, normalised: false, gain: 1 };
  const maps = writer.convolution('patch_embed.proj', imageInput, shape);
  const flat = reshape(writer, 'patch_embed', maps, [width, patches]);
  const sequence = writer.apply('patch_embed', 'Transpose', [flat], { perm: [0, 2, 1] });
  const sizes = [countRows(writer, 'cls', sequence), ...[1, width].map((size) => writer.integers('/cls/size', [size]))];
  const target = writer.apply('cls', 'Concat', sizes, { axis: 0 });
  const token = writer.apply('cls', 'Expand', [writer.parameter('cls_token', [1, 1, width], 1), target]);
  const all = writer.apply('', 'Concat', [token, sequence], { axis: 1 });
  return writer.apply('', 'Add', [all, writer.parameter('pos_embed', [1, tokens, width], 0.5)]);
}

function normalise(writer: NetworkWriter, scope: string, input: string): string {
  const weight = writer.constantParameter(`${scope}.weight`, [width], 1);
  const bias = writer.constantParameter(`${scope}.bias`, [width], 0);
  return writer.apply(scope, 'LayerNormalization', [input, weight, bias], { axis: -1, epsilon: { float: 1e-6 } });
}

/** A dense layer on `[rows, tokens, from]`. */
function linear(
  writer: NetworkWriter,
  scope: string,
  input: string,
  [from, to]: readonly [number, number],
  gain = 1,
): string {
  const weight = writer.parameter(`${scope}.weight`, [from, to], gain / Math.sqrt(from));
  const product = writer.apply(scope, 'MatMul', [input, weight]);
  return writer.apply(scope, 'Add', [writer.parameter(`${scope}.bias`, [to], 0.1), product]);
}

/** `x/2 (1 + erf(x / sqrt 2))` */
function gelu(writer: NetworkWriter, scope: string, input: string): string {
  const [root, one, half] = [Math.SQRT2, 1, 0.5].map((value) =>
    writer.floats(`/${scope}/Constant_output_0`, [], [value]),
  );
  const error = writer.apply(scope, 'Erf', [writer.apply(scope, 'Div', [input, root as string])]);
  const scaled = writer.apply(scope, 'Mul', [input, writer.apply(scope, 'Add', [error, one as string])]);
  return writer.apply(scope, 'Mul', [scaled, half as string]);
}

/** Self-attention of `heads` heads on `[rows, tokens, width]`. */
function attend(writer: NetworkWriter, scope: string, input: string): string {
  const joined = reshape(writer, scope, linear(writer, `${scope}.qkv`, input, [width, 3 * width]), [
    tokens,
    3,
    heads,
    headWidth,
  ]);
  const parts = writer.apply(scope, 'Transpose', [joined], { perm: [2, 0, 3, 1, 4] });
  const [query, key, value] = [0, 1, 2].map((part) =>
    writer.apply(scope, 'Gather', [parts, writer.integer(`/${scope}/part`, part)], { axis: 0 }),
  ) as [string, string, string];
  const scale = writer.floats(`/${scope}/scale`, [], [1 / Math.sqrt(headWidth)]);
  const queries = writer.apply(scope, 'Mul', [query, scale]);
  const keys = writer.apply(scope, 'Transpose', [key], { perm: [0, 1, 3, 2] });
  const weights = writer.apply(scope, 'Softmax', [writer.apply(scope, 'MatMul', [queries, keys])], { axis: -1 });
  const sums = writer.apply(scope, 'MatMul', [weights, value]);
  const side = writer.apply(scope, 'Transpose', [sums], { perm: [0, 2, 1, 3] });
  return linear(writer, `${scope}.proj`, reshape(writer, scope, side, [tokens, width]), [width, width], branchGain);
}
