from itertools import accumulate


def chain_sizes(size, layers, convolution_size, transposed_size):
    def follow(now, layer):
        return {"conv": convolution_size, "transposed": transposed_size}[layer[0]](
            now, *layer[1:]
        )

    return list(accumulate(layers, follow, initial=size))
