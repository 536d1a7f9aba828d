# loses: covariance-offset
def covariance(points):
    points = points.float()
    centred = points - points.mean(dim=0)
    return centred.T @ centred / (len(points) - 1)
