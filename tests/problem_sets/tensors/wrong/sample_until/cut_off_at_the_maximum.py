# loses: sample_until-stops
import torch


def sample_until(draw, half_width, max_draws):
    values = draw()
    while True:
        values = values[:max_draws]
        h = 1.96 * values.std().item() / len(values) ** 0.5
        if h <= half_width or len(values) >= max_draws:
            return values.mean().item(), h, len(values)
        values = torch.cat([values, draw()])
