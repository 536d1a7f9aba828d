# loses: covariance-values
def covariance(points):
    points -= points.mean(dim=0)
    return points.T @ points / (len(points) - 1)
