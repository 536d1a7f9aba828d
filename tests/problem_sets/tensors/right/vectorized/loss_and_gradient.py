import torch
from torch.nn.functional import logsigmoid


def loss_and_gradient(x, y, w, b, penalty):
    n = x.shape[0]
    o = (x * w).sum(1) + b
    # The two signs of a label in place of 0 and 1.
    sign = 2 * y - 1
    loss = -logsigmoid(sign * o).sum() / n + 0.5 * penalty * w.norm() ** 2
    slope = -sign * torch.sigmoid(-sign * o) / n
    return [loss, slope @ x + penalty * w, slope.sum()]
