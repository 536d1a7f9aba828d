# loses: sample_until-stops
import torch


def sample_until(draw, half_width, max_draws):
    values = draw()
    while 1.96 * values.std() / len(values) ** 0.5 > half_width:
        values = torch.cat([values, draw()])
    return values.mean(), 1.96 * values.std() / len(values) ** 0.5, len(values)
