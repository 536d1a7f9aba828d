# loses: masked_mean-padding
def masked_mean(values, mask):
    counts = mask.sum(dim=1, keepdim=True).clamp(min=1)
    return (values * mask[:, :, None]).sum(dim=1) / counts
