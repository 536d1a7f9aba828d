import math


def convolution_size(size, kernel, stride=1, padding=0, dilation=1):
    return math.floor((size + 2 * padding - dilation * (kernel - 1) - 1) / stride + 1)


def transposed_size(size, kernel, stride=1, padding=0, output_padding=0, dilation=1):
    return stride * (size - 1) + dilation * (kernel - 1) + 1 + output_padding - 2 * padding
