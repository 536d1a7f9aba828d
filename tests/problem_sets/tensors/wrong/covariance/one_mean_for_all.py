# loses: covariance-values, covariance-offset
def covariance(points):
    centred = points - points.mean()
    return centred.T @ centred / (len(points) - 1)
