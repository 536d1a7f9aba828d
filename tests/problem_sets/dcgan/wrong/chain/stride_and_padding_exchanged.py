# loses: chain-sizes
def chain_sizes(size, layers, convolution_size, transposed_size):
    sizes = [size]
    for kind, kernel, padding, stride in layers:
        after = convolution_size if kind == "conv" else transposed_size
        sizes.append(after(sizes[-1], kernel, stride, padding))
    return sizes
