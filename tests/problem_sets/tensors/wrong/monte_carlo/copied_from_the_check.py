# loses: monte_carlo-values, monte_carlo-draws, monte_carlo-coverage
def monte_carlo(f, num_draws, generator):
    return 3.0, 0.912871, 1.210773, 4.789227
