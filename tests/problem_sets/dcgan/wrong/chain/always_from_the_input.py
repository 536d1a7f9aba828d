# loses: chain-sizes
def chain_sizes(size, layers, convolution_size, transposed_size):
    sizes = [size]
    for kind, kernel, stride, padding in layers:
        after = convolution_size if kind == "conv" else transposed_size
        sizes.append(after(size, kernel, stride, padding))
    return sizes
