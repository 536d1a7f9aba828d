# loses: sample_until-values, sample_until-stops
import torch


def sample_until(draw, half_width, max_draws):
    batches = []
    while True:
        batches.append(draw())
        values, n = torch.cat(batches), len(batches)
        h = 1.96 * values.std().item() / len(values) ** 0.5
        if h <= half_width or n >= max_draws:
            return values.mean().item(), h, n
