def padding_for(kernel, stride):
    return -((stride - kernel) // 2), (kernel - stride) % 2
