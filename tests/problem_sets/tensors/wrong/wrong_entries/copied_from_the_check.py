# loses: wrong_entries-found, wrong_entries-scale
import torch


def wrong_entries(loss, gradient, x):
    return torch.tensor([False, True, False])
