import torch
from torch.nn import functional as F


def saturating_loss(fake_logits):
    # log(1 - D) = log(sigmoid(-o))
    return torch.mean(F.logsigmoid(-fake_logits))


def nonsaturating_loss(fake_logits):
    total = 0.0
    for log_d in F.logsigmoid(fake_logits).flatten():
        total = total - log_d
    return total / fake_logits.numel()
