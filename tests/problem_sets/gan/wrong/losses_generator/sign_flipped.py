# loses: losses_generator-values, losses_generator-stable
from torch.nn import functional as F


def saturating_loss(fake_logits):
    return F.softplus(fake_logits).mean()


def nonsaturating_loss(fake_logits):
    return F.softplus(-fake_logits).mean()
