"""Small networks with random weights, spelled as PyTorch's exporter spells the families that they are named after.

    /usr/bin/python3 make_families.py     (Debian: python3-onnx)

Every network takes `input` [batch, 1, 28, 28] and returns `logits` [batch, 10]. The files lie beside this script.
"""

from pathlib import Path

import numpy as np
from onnx import TensorProto, checker, helper, numpy_helper, save

TO_THE_END = 2**63 - 1
# The newest operator set that Debian's checker knows.
NEWEST_CHECKED = 17


class Graph:
    """Nodes and stored tensors of one file."""

    def __init__(self, opset):
        self.opset = opset
        self.nodes = []
        self.stored = []
        self.random = np.random.default_rng(0)

    def store(self, array):
        name = f"stored_{len(self.stored)}"
        self.stored.append(numpy_helper.from_array(np.array(array), name))
        return name

    def weight(self, *shape):
        return self.store((self.random.standard_normal(shape) * 0.1).astype(np.float32))

    def integers(self, values):
        return self.store(np.array(values, dtype=np.int64))

    def number(self, values):
        return self.store(np.array(values, dtype=np.float32))

    def add(self, operator, inputs, **attributes):
        output = f"{operator}_{len(self.nodes)}"
        self.nodes.append(helper.make_node(operator, inputs, [output], name=f"{output}_node", **attributes))
        return output

    def with_axes(self, operator, value, axes, since, **attributes):
        """Axes became an input at some operator set."""
        if self.opset >= since:
            return self.add(operator, [value, self.integers(axes)], **attributes)
        return self.add(operator, [value], axes=axes, **attributes)

    def unsqueeze(self, value, axes):
        return self.with_axes("Unsqueeze", value, axes, 13)

    def mean(self, value, axes, keep):
        return self.with_axes("ReduceMean", value, axes, 18, keepdims=keep)

    def size(self, value, axis):
        """One size of a tensor, as a list of one: what `x.shape[axis]` in a reshape becomes."""
        return self.unsqueeze(self.add("Gather", [self.add("Shape", [value]), self.integers(axis)], axis=0), [0])

    def linear(self, value, width_in, width_out):
        return self.add("Add", [self.weight(width_out), self.add("MatMul", [value, self.weight(width_in, width_out)])])

    def convolution(self, value, channels_in, channels_out, kernel=3, stride=1, groups=1):
        return self.add(
            "Conv",
            [value, self.weight(channels_out, channels_in // groups, kernel, kernel)],
            kernel_shape=[kernel, kernel],
            strides=[stride, stride],
            pads=[kernel // 2] * 4,
            group=groups,
        )

    def batch_norm(self, value, channels):
        ones = np.ones(channels, np.float32)
        statistics = [self.store(ones), self.weight(channels), self.weight(channels), self.store(1.1 * ones)]
        return self.add("BatchNormalization", [value, *statistics])

    def layer_norm(self, value, width):
        if self.opset >= 17:
            return self.add("LayerNormalization", [value, self.weight(width), self.weight(width)], axis=-1)
        centred = self.add("Sub", [value, self.mean(value, [-1], 1)])
        variance = self.mean(self.add("Pow", [centred, self.number(2.0)]), [-1], 1)
        deviation = self.add("Sqrt", [self.add("Add", [variance, self.number(1e-5)])])
        scaled = self.add("Mul", [self.add("Div", [centred, deviation]), self.weight(width)])
        return self.add("Add", [scaled, self.weight(width)])

    def gelu(self, value):
        error = self.add("Erf", [self.add("Div", [value, self.number(2**0.5)])])
        half = self.add("Mul", [value, self.add("Add", [error, self.number(1.0)])])
        return self.add("Mul", [half, self.number(0.5)])

    def save(self, name, value, width):
        weights = [self.weight(10, width), self.weight(10)]
        self.nodes.append(helper.make_node("Gemm", [value, *weights], ["logits"], transB=1))
        image = helper.make_tensor_value_info("input", TensorProto.FLOAT, ["batch", 1, 28, 28])
        logits = helper.make_tensor_value_info("logits", TensorProto.FLOAT, ["batch", 10])
        graph = helper.make_graph(self.nodes, name, [image], [logits], self.stored)
        model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", self.opset)], producer_name="ztw")
        model.ir_version = 8
        if self.opset <= NEWEST_CHECKED:
            checker.check_model(model)
        save(model, str(Path(__file__).parent / f"{name}-{self.opset}.onnx"))


def inverted_residuals(name, opset, hard):
    """MobileNet V3 (hard swish, hard sigmoid) and EfficientNet (their smooth originals)."""
    g = Graph(opset)

    def swish(value):
        if not hard:
            return g.add("Mul", [value, g.add("Sigmoid", [value])])
        if opset >= 14:
            return g.add("HardSwish", [value])
        clipped = g.add("Clip", [g.add("Add", [value, g.number(3.0)]), g.number(0.0), g.number(6.0)])
        return g.add("Div", [g.add("Mul", [value, clipped]), g.number(6.0)])

    def squeeze_and_excite(value, channels):
        pooled = g.add("GlobalAveragePool", [value]) if hard else g.mean(value, [2, 3], 1)
        hidden = g.add("Conv", [pooled, g.weight(4, channels, 1, 1), g.weight(4)])
        hidden = g.add("Relu", [hidden]) if hard else swish(hidden)
        gate = g.add("Conv", [hidden, g.weight(channels, 4, 1, 1), g.weight(channels)])
        gate = g.add("HardSigmoid", [gate], alpha=1 / 6, beta=0.5) if hard else g.add("Sigmoid", [gate])
        return g.add("Mul", [gate, value])

    x = swish(g.batch_norm(g.convolution("input", 1, 8, 3, 2), 8))
    for _ in range(3):
        y = swish(g.batch_norm(g.convolution(x, 8, 16, 1), 16))
        y = squeeze_and_excite(g.batch_norm(g.convolution(y, 16, 16, 3, 1, 16), 16), 16)
        y = g.add("Clip", [y, g.number(0.0), g.number(6.0)])
        x = g.add("Add", [x, g.batch_norm(g.convolution(y, 16, 8, 1), 8)])
    x = g.add("Flatten", [g.add("GlobalAveragePool", [x])], axis=1)
    g.save(name, g.add("Dropout", [x]), 8)


def dense_blocks(opset):
    """DenseNet: normalisation before convolution, all earlier maps concatenated."""
    g = Graph(opset)
    x = g.add("Relu", [g.batch_norm(g.convolution("input", 1, 8, 7, 2), 8)])
    x = g.add("MaxPool", [x], kernel_shape=[3, 3], strides=[2, 2], pads=[1] * 4)
    for _ in range(2):
        channels = 8
        for _ in range(2):
            y = g.convolution(g.add("Relu", [g.batch_norm(x, channels)]), channels, 16, 1)
            y = g.convolution(g.add("Relu", [g.batch_norm(y, 16)]), 16, 4)
            x = g.add("Concat", [x, y], axis=1)
            channels += 4
        x = g.convolution(g.add("Relu", [g.batch_norm(x, channels)]), channels, 8, 1)
        x = g.add("AveragePool", [x], kernel_shape=[2, 2], strides=[2, 2])
    x = g.add("GlobalAveragePool", [g.add("Relu", [g.batch_norm(x, 8)])])
    target = g.add("Concat", [g.size(x, 0), g.integers([-1])], axis=0)
    g.save("densenet", g.add("Reshape", [x, target]), 8)


def plain_convolutions(opset):
    """VGG: an adaptive pool that changes nothing, and dense layers with dropout."""
    g = Graph(opset)
    x = "input"
    for channels_in, channels in ((1, 8), (8, 8)):
        weights = [g.weight(channels, channels_in, 3, 3), g.weight(channels)]
        x = g.add("Relu", [g.add("Conv", [x, *weights], pads=[1] * 4)])
        x = g.add("MaxPool", [x], kernel_shape=[2, 2], strides=[2, 2])
    x = g.add("Flatten", [g.add("AveragePool", [x], kernel_shape=[1, 1], strides=[1, 1])], axis=1)
    x = g.add("Relu", [g.add("Gemm", [x, g.weight(16, 8 * 49), g.weight(16)], transB=1)])
    g.save("vgg", g.add("Dropout", [x]), 16)


def vision_transformer(opset):
    """ViT and BERT-like encoders: a class token that is expanded at run time, attention whose scale is taken from a shape."""
    g = Graph(opset)
    width, heads = 16, 2
    x = g.add("Conv", ["input", g.weight(width, 1, 7, 7), g.weight(width)], kernel_shape=[7, 7], strides=[7, 7])
    x = g.add("Reshape", [x, g.add("Concat", [g.size(x, 0), g.integers([width]), g.integers([-1])], axis=0)])
    x = g.add("Transpose", [x], perm=[0, 2, 1])
    wanted = g.add("Concat", [g.size("input", 0), g.integers([-1]), g.integers([-1])], axis=0)
    one = helper.make_tensor("value", TensorProto.INT64, [1], [1])
    ones = g.add("ConstantOfShape", [g.integers([3])], value=one)
    keeps = g.add("Equal", [wanted, g.add("Mul", [ones, g.integers(-1)])])
    token = g.add("Expand", [g.weight(1, 1, width), g.add("Where", [keeps, ones, wanted])])
    x = g.add("Add", [g.add("Concat", [token, x], axis=1), g.weight(1, 17, width)])
    for _ in range(3):
        y = g.layer_norm(x, width)
        rows, tokens = g.size(y, 0), g.size(y, 1)
        parts = [rows, tokens, g.integers([3]), g.integers([heads]), g.integers([width // heads])]
        both = g.add("Reshape", [g.linear(y, width, 3 * width), g.add("Concat", parts, axis=0)])
        both = g.add("Transpose", [both], perm=[2, 0, 3, 1, 4])
        query, key, value = (g.add("Gather", [both, g.integers(index)], axis=0) for index in range(3))
        last = g.add("Slice", [g.add("Shape", [query]), g.integers([-1]), g.integers([TO_THE_END])])
        root = g.add("Sqrt", [g.add("Cast", [last], to=TensorProto.FLOAT)])
        scale = g.add("Sqrt", [g.add("Div", [g.number([1.0]), root])])
        key = g.add("Mul", [g.add("Transpose", [key], perm=[0, 1, 3, 2]), scale])
        weights = g.add("Softmax", [g.add("MatMul", [g.add("Mul", [query, scale]), key])], axis=-1)
        y = g.add("Transpose", [g.add("MatMul", [weights, value])], perm=[0, 2, 1, 3])
        y = g.add("Reshape", [y, g.add("Concat", [rows, tokens, g.integers([width])], axis=0)])
        x = g.add("Add", [x, g.linear(y, width, width)])
        y = g.linear(g.gelu(g.linear(g.layer_norm(x, width), width, 32)), 32, width)
        x = g.add("Add", [x, y])
    g.save("vit", g.add("Gather", [g.layer_norm(x, width), g.integers(0)], axis=1), width)


def shifted_windows(opset):
    """Swin: windows by reshaping, cyclic shifts by slices, relative positions, a mask, patches merged by strided slices."""
    g = Graph(opset)
    width, heads, window, size = 8, 2, 7, 14
    area = window * window

    def roll(value, shift):
        for axis in (1, 2):
            front = g.add("Slice", [value, g.integers([shift]), g.integers([TO_THE_END]), g.integers([axis])])
            back = g.add("Slice", [value, g.integers([0]), g.integers([shift]), g.integers([axis])])
            value = g.add("Concat", [front, back], axis=axis)
        return value

    def reshape(value, shape):
        return g.add("Reshape", [value, g.integers(shape)])

    x = g.add("Conv", ["input", g.weight(width, 1, 2, 2), g.weight(width)], kernel_shape=[2, 2], strides=[2, 2])
    x = g.add("Transpose", [x], perm=[0, 2, 3, 1])
    for is_shifted in (False, True):
        y = g.layer_norm(x, width)
        if is_shifted:
            y = roll(y, 3)
        y = g.add("Transpose", [reshape(y, [-1, 2, window, 2, window, width])], perm=[0, 1, 3, 2, 4, 5])
        both = reshape(g.linear(reshape(y, [-1, area, width]), width, 3 * width), [-1, area, 3, heads, width // heads])
        both = g.add("Transpose", [both], perm=[2, 0, 3, 1, 4])
        query, key, value = (g.add("Gather", [both, g.integers(index)], axis=0) for index in range(3))
        key = g.add("Transpose", [key], perm=[0, 1, 3, 2])
        scores = g.add("MatMul", [g.add("Mul", [query, g.number(0.5)]), key])
        table = g.weight((2 * window - 1) ** 2, heads)
        positions = g.integers(g.random.integers(0, (2 * window - 1) ** 2, (area * area,)))
        bias = reshape(g.add("Gather", [table, positions], axis=0), [area, area, -1])
        scores = g.add("Add", [scores, g.unsqueeze(g.add("Transpose", [bias], perm=[2, 0, 1]), [0])])
        if is_shifted:
            masked = g.add("Add", [reshape(scores, [-1, 4, heads, area, area]), g.weight(1, 4, 1, area, area)])
            scores = reshape(masked, [-1, heads, area, area])
        y = g.add("MatMul", [g.add("Softmax", [scores], axis=-1), value])
        y = reshape(g.add("Transpose", [y], perm=[0, 2, 1, 3]), [-1, area, width])
        y = reshape(g.linear(y, width, width), [-1, 2, 2, window, window, width])
        y = reshape(g.add("Transpose", [y], perm=[0, 1, 3, 2, 4, 5]), [-1, size, size, width])
        if is_shifted:
            y = roll(y, size - 3)
        x = g.add("Add", [x, y])
        y = g.linear(g.gelu(g.linear(g.layer_norm(x, width), width, 16)), 16, width)
        x = g.add("Add", [x, y])
    patches = []
    for row, column in ((0, 0), (1, 0), (0, 1), (1, 1)):
        part = x
        for axis, start in ((1, row), (2, column)):
            bounds = [g.integers([start]), g.integers([TO_THE_END]), g.integers([axis]), g.integers([2])]
            part = g.add("Slice", [part, *bounds])
        patches.append(part)
    x = g.add("MatMul", [g.add("Concat", patches, axis=-1), g.weight(4 * width, width)])
    x = g.add("Transpose", [reshape(g.layer_norm(x, width), [0, 49, width])], perm=[0, 2, 1])
    g.save("swin", g.mean(x, [2], 0), width)


for version in (11, 20):
    inverted_residuals("mobilenet-v3", version, hard=True)
    inverted_residuals("efficientnet", version, hard=False)
    dense_blocks(version)
    plain_convolutions(version)
for version in (11, 14, 17):
    vision_transformer(version)
for version in (17, 20):
    shifted_windows(version)
