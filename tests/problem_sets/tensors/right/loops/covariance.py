import torch


def covariance(points):
    n, d = points.shape
    # Welford's way: one pass, means and sums of products kept up to date.
    mean = torch.zeros(d, dtype=torch.float64)
    products = torch.zeros(d, d, dtype=torch.float64)
    for number, point in enumerate(points.double(), start=1):
        before = point - mean
        mean += before / number
        products += torch.outer(before, point - mean)
    return products / (n - 1)
