# loses: saturation_gradients-values
import torch


def logit_gradients(loss, logits):
    return -torch.sigmoid(-logits)
