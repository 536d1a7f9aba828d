# loses: covariance-values, covariance-offset
def covariance(points):
    centred = points - points.mean(dim=0)
    standard = centred / centred.norm(dim=0)
    return standard.T @ standard
