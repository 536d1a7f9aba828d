import torch


def covariance(points):
    n = points.shape[0]
    shifted = points - points[0]  # any shift will do, the first point is near enough
    shifted = shifted - shifted.mean(0, keepdim=True)
    return torch.einsum("ij,ik->jk", shifted, shifted) / (n - 1)
