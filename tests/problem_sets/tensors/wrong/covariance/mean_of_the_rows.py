# loses: covariance-values, covariance-offset
def covariance(points):
    centred = points - points.mean(dim=1, keepdim=True)
    return centred.T @ centred / (len(points) - 1)
