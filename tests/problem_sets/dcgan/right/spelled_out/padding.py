def padding_for(kernel, stride):
    for output_padding in range(stride):
        for padding in range(kernel + 1):
            sides = [
                (n - 1) * stride - 2 * padding + kernel + output_padding for n in (1, 2, 9)
            ]
            if sides == [stride, 2 * stride, 9 * stride]:
                return [padding, output_padding]
    raise ValueError("no padding fits")
