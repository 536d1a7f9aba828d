# loses: covariance-values, covariance-offset
def covariance(points):
    centred = points - points.mean(dim=0)
    return centred.T @ centred / len(points)
