def sample_until(draw, half_width, max_draws):
    seen = []
    h = float("inf")
    while h > half_width and len(seen) < max_draws:
        seen.extend(draw().tolist())
        n = len(seen)
        mean = sum(seen) / n
        variance = sum((value - mean) ** 2 for value in seen) / (n - 1)
        h = 1.96 * (variance / n) ** 0.5
    return mean, h, n
