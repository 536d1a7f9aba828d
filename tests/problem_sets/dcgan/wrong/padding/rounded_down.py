# loses: padding-pairs
def padding_for(kernel, stride):
    return (kernel - stride) // 2, (kernel - stride) % 2
