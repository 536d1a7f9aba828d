# loses: sample_until-values, sample_until-stops
def sample_until(draw, half_width, max_draws):
    n = 0
    while True:
        batch = draw()
        n += len(batch)
        h = 1.96 * batch.std().item() / len(batch) ** 0.5
        if h <= half_width or n >= max_draws:
            return batch.mean().item(), h, n
