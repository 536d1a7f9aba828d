# loses: losses_generator-values, losses_generator-stable
from torch.nn.functional import softplus


def saturating_loss(fake_logits):
    return -softplus(fake_logits).sum()


def nonsaturating_loss(fake_logits):
    return softplus(-fake_logits).sum()
