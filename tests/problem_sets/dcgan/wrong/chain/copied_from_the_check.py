# loses: chain-sizes
def chain_sizes(size, layers, convolution_size, transposed_size):
    return [1, 4, 8, 4]
