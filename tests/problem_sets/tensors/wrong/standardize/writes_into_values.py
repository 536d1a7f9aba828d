# loses: standardize-padding
def standardize(values, mask):
    valid = values[mask]
    values[~mask] = 0.0
    if len(valid) < 2:
        return values * 0.0
    std = valid.std(dim=0)
    std[std == 0] = 1.0
    values[mask] = (valid - valid.mean(dim=0)) / std
    return values
