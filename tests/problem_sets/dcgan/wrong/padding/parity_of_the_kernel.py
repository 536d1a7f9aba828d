# loses: padding-pairs
def padding_for(kernel, stride):
    output_padding = kernel % 2
    return (kernel - stride + output_padding) // 2, output_padding
