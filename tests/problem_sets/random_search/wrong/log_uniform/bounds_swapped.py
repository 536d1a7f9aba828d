# loses: log_uniform-values, log_uniform-arrays
def log_uniform(u, low, high):
    return high * (low / high) ** u
