"""A training step of conv4 as people write it in PyTorch: prints one JSON line with milliseconds a step.

Usage: conv4_step.py THREADS WARM STEPS
"""

import json
import sys
import time

import torch
from torch import nn
from torch.nn import functional as F

threads, warm, steps = (int(word) for word in sys.argv[1:4])
torch.set_num_threads(threads)
torch.manual_seed(1)


def block(inputs, outputs=64):
    return nn.Sequential(
        nn.Conv2d(inputs, outputs, 3, padding=1, bias=False), nn.BatchNorm2d(outputs), nn.ReLU(), nn.MaxPool2d(2)
    )


net = nn.Sequential(block(1), block(64), block(64), block(64), nn.Flatten(), nn.Linear(64, 64))
optimiser = torch.optim.Adam(net.parameters(), lr=2e-3)
batch = torch.randn(128, 1, 28, 28)
positive = torch.arange(128) ^ 1
self_mask = torch.eye(128, dtype=torch.bool)


def step():
    optimiser.zero_grad()
    embeddings = F.normalize(net(batch), dim=1)
    scores = (embeddings @ embeddings.t() / 0.1).masked_fill(self_mask, float("-inf"))
    loss = F.cross_entropy(scores, positive)
    loss.backward()
    optimiser.step()
    return loss.item()


for _ in range(warm):
    step()
begun = time.perf_counter()
for _ in range(steps):
    step()
print(json.dumps({"milliseconds": (time.perf_counter() - begun) / steps * 1e3, "torch": torch.__version__}))
