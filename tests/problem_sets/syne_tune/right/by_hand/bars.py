import torch


def mean_and_error(curves):
    values = torch.as_tensor(curves)
    return values.mean(0), (values.var(0) / values.shape[0]).sqrt()
