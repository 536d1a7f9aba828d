# loses: covariance-offset
def covariance(points):
    n, mean = len(points), points.mean(dim=0)
    return (points.T @ points - n * mean[:, None] * mean) / (n - 1)
