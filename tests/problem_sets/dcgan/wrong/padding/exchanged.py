# loses: padding-pairs
def padding_for(kernel, stride):
    extra = (kernel - stride) % 2
    return extra, (kernel - stride + extra) // 2
