# loses: sample_until-values, sample_until-stops
import torch

VALUES = []


def sample_until(draw, half_width, max_draws):
    while True:
        VALUES.append(draw())
        values = torch.cat(VALUES)
        h = 1.96 * values.std().item() / len(values) ** 0.5
        if h <= half_width or len(values) >= max_draws:
            return values.mean().item(), h, len(values)
