# loses: padding-pairs
def padding_for(kernel, stride):
    return (kernel - 1) // 2, kernel % 2
