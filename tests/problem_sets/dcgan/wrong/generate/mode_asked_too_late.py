# loses: generate-mode
import torch


def generate(generator, latent):
    generator.eval()
    was_training = generator.training
    with torch.no_grad():
        images = generator(latent)
    generator.train(was_training)
    return images
