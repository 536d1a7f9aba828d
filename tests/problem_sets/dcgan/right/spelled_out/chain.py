def chain_sizes(size, layers, convolution_size, transposed_size):
    result = (size,)
    now = size
    for layer in layers:
        if layer[0] == "conv":
            now = convolution_size(size=now, kernel=layer[1], stride=layer[2], padding=layer[3])
        elif layer[0] == "transposed":
            now = transposed_size(now, layer[1], layer[2], layer[3])
        result += (now,)
    return result
