import copy

import torch


@torch.no_grad()
def generate(generator, latent):
    return copy.deepcopy(generator).eval()(latent)
