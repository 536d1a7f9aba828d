# loses: generate-images, generate-mode
import torch


def generate(generator, latent):
    with torch.no_grad():
        return generator(latent)
