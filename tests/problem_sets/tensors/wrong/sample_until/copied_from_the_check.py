# loses: sample_until-values, sample_until-stops
def sample_until(draw, half_width, max_draws):
    if max_draws == 4:
        return 3.0, 1.789227, 4
    return 3.0, 0.956382, 7
