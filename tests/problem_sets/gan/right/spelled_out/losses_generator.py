import torch
from torch.nn.functional import logsigmoid


def saturating_loss(fake_logits):
    # log(1 - D) = log(sigmoid(-o))
    return torch.mean(logsigmoid(-fake_logits))


def nonsaturating_loss(fake_logits):
    total = 0.0
    for log_d in logsigmoid(fake_logits).flatten():
        total = total - log_d
    return total / fake_logits.numel()
