# loses: masked_mean-padding
def masked_mean(values, mask):
    values[~mask] = 0.0
    return values.sum(dim=1) / mask.sum(dim=1, keepdim=True).clamp(min=1)
