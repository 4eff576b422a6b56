"""Trains the ResNet-20 for Fashion-MNIST that stands beside this file, and exports it to ONNX.

Needs PyTorch, torchvision and onnx (`pip install torch torchvision onnx`); a GPU makes it a matter of minutes.

    python models/train_fashion_resnet20.py --data /tmp/fashion-mnist --output fashion-resnet20.onnx

Recipe: 10 epochs, SGD with Nesterov momentum, one-cycle schedule with peak 0.2, weight decay 5e-4, batch 128,
horizontal flips and crops by 2 pixels. Input `input` [batch, 1, 28, 28], pixel / 255 normalised with mean 0.2860 and
standard deviation 0.3530; output `logits` [batch, 10]. Batch norm is folded by the exporter (evaluation mode).
"""

import argparse

import torch
from torch import nn
from torch.nn import functional
from torchvision import datasets, transforms

MEAN, STD = 0.2860, 0.3530


class ResidualBlock(nn.Module):
    """Two 3x3 convolutions and a shortcut, projected where the shape changes; ReLU after the sum."""

    def __init__(self, in_channels: int, out_channels: int, stride: int) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(in_channels, out_channels, 3, stride, 1, bias=False)
        self.norm1 = nn.BatchNorm2d(out_channels)
        self.conv2 = nn.Conv2d(out_channels, out_channels, 3, 1, 1, bias=False)
        self.norm2 = nn.BatchNorm2d(out_channels)
        self.shortcut = nn.Sequential()
        if stride != 1 or in_channels != out_channels:
            self.shortcut = nn.Sequential(
                nn.Conv2d(in_channels, out_channels, 1, stride, bias=False), nn.BatchNorm2d(out_channels)
            )

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        residual = self.norm2(self.conv2(functional.relu(self.norm1(self.conv1(x)))))
        return functional.relu(residual + self.shortcut(x))


class ResNet20(nn.Module):
    """He et al. 2015, section 4.2, with n = 3 blocks per group and 16, 32, 64 channels."""

    def __init__(self, classes: int = 10) -> None:
        super().__init__()
        self.stem = nn.Sequential(nn.Conv2d(1, 16, 3, 1, 1, bias=False), nn.BatchNorm2d(16), nn.ReLU())
        blocks, channels = [], 16
        for group, width in enumerate((16, 32, 64)):
            for block in range(3):
                blocks.append(ResidualBlock(channels, width, 2 if group > 0 and block == 0 else 1))
                channels = width
        self.blocks = nn.Sequential(*blocks)
        self.classifier = nn.Linear(64, classes)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        x = self.blocks(self.stem(x))
        return self.classifier(functional.adaptive_avg_pool2d(x, 1).flatten(1))


def accuracy(model: nn.Module, loader, device: str) -> float:
    model.eval()
    right = total = 0
    with torch.no_grad():
        for images, labels in loader:
            right += (model(images.to(device)).argmax(1).cpu() == labels).sum().item()
            total += len(labels)
    return right / total


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", required=True, help="folder for the data set (downloaded when absent)")
    parser.add_argument("--output", default="fashion-resnet20.onnx")
    parser.add_argument("--epochs", type=int, default=10)
    parser.add_argument("--seed", type=int, default=0)
    arguments = parser.parse_args()

    torch.manual_seed(arguments.seed)
    device = "cuda" if torch.cuda.is_available() else "cpu"
    normalise = [transforms.ToTensor(), transforms.Normalize((MEAN,), (STD,))]
    augment = [transforms.RandomHorizontalFlip(), transforms.RandomCrop(28, padding=2)]
    train = datasets.FashionMNIST(arguments.data, True, transforms.Compose(augment + normalise), download=True)
    test = datasets.FashionMNIST(arguments.data, False, transforms.Compose(normalise), download=True)
    train_loader = torch.utils.data.DataLoader(train, 128, shuffle=True, num_workers=2, drop_last=True)
    test_loader = torch.utils.data.DataLoader(test, 500, num_workers=2)

    model = ResNet20().to(device)
    optimiser = torch.optim.SGD(model.parameters(), lr=0.2, momentum=0.9, nesterov=True, weight_decay=5e-4)
    steps = arguments.epochs * len(train_loader)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, max_lr=0.2, total_steps=steps)
    for epoch in range(arguments.epochs):
        model.train()
        for images, labels in train_loader:
            loss = functional.cross_entropy(model(images.to(device)), labels.to(device))
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
            schedule.step()
        print(f"epoch {epoch + 1}: test accuracy {accuracy(model, test_loader, device):.4f}")

    model.eval().cpu()
    torch.onnx.export(
        model,
        torch.zeros(2, 1, 28, 28),
        arguments.output,
        opset_version=13,
        input_names=["input"],
        output_names=["logits"],
        dynamic_axes={"input": {0: "batch"}, "logits": {0: "batch"}},
    )


if __name__ == "__main__":
    main()
