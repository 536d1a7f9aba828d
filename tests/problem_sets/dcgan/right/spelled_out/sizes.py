import torch
from torch import nn


def convolution_size(size, kernel, stride=1, padding=0, dilation=1):
    layer = nn.Conv1d(1, 1, kernel, stride, padding, dilation)
    return layer(torch.zeros(1, 1, size)).shape[2]


def transposed_size(size, kernel, stride=1, padding=0, output_padding=0, dilation=1):
    # Count the pixels the stamps cover, then cut and add at the edges.
    covered = set()
    for pixel in range(size):
        for place in range(kernel):
            covered.add(pixel * stride + place * dilation)
    return max(covered) + 1 - padding - padding + output_padding
