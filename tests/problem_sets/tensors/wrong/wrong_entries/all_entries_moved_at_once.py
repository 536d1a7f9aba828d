# loses: wrong_entries-found, wrong_entries-scale
def wrong_entries(loss, gradient, x):
    true = (loss(x + 1e-5) - loss(x - 1e-5)) / 2e-5
    return ~((gradient - true).abs() <= 1e-4 * true.abs().clamp(min=1))
