import math

import torch


def sample_until(draw, half_width, max_draws):
    batches = []
    while True:
        batches.append(draw())
        everything = torch.cat(batches).double()
        n = everything.numel()
        h = 1.96 * math.sqrt(everything.var() / n)
        if not (h > half_width and n < max_draws):
            return torch.tensor([everything.mean(), h, n])
