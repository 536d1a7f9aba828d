# loses: padding-pairs
def padding_for(kernel, stride):
    extra = max(o for o in range(stride) if (kernel - stride + o) % 2 == 0)
    return (kernel - stride + extra) // 2, extra
