# loses: wrong_entries-found
def wrong_entries(loss, gradient, x):
    x.requires_grad_()
    loss(x).backward()
    return ~((gradient - x.grad).abs() <= 1e-4 * x.grad.abs().clamp(min=1))
