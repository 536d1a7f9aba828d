# loses: covariance-values, covariance-offset
def covariance(points):
    return points.T @ points / (len(points) - 1)
