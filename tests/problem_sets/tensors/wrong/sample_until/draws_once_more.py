# loses: sample_until-values, sample_until-stops
import torch


def sample_until(draw, half_width, max_draws):
    values, h = draw(), float("inf")
    while h > half_width and len(values) < max_draws:
        h = 1.96 * values.std().item() / len(values) ** 0.5
        values = torch.cat([values, draw()])
    return values.mean().item(), h, len(values)
