# loses: sample_until-values, sample_until-stops
import torch


def sample_until(draw, half_width, max_draws):
    batches = []
    while True:
        batches.append(draw())
        values = torch.cat(batches)
        h = 1.96 * values.std().item() / len(values) ** 0.5
        if h <= half_width or len(values) >= max_draws:
            means = [batch.mean().item() for batch in batches]
            return sum(means) / len(means), h, len(values)
