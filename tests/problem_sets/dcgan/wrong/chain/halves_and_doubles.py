# loses: chain-sizes
def chain_sizes(size, layers, convolution_size, transposed_size):
    sizes = [size]
    for kind, kernel, _, padding in layers:
        if padding == 0:
            sizes.append(sizes[-1] * kernel)
        else:
            sizes.append(sizes[-1] // 2 if kind == "conv" else 2 * sizes[-1])
    return sizes
