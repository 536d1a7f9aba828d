import torch


def masked_mean(values, mask):
    clean = values.clone()
    clean[~mask] = 0
    counts = mask.sum(1).to(values.dtype)
    total = torch.einsum("ntd,nt->nd", clean, mask.to(values.dtype))
    return torch.nan_to_num(total / counts[:, None])
