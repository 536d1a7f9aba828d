# loses: padding-pairs
def padding_for(kernel, stride):
    return 1, 0
