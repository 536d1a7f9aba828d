# loses: generate-mode
import torch


def generate(generator, latent):
    generator.eval()
    with torch.no_grad():
        return generator(latent)
