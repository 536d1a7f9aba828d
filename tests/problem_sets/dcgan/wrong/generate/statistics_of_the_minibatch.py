# loses: generate-images, generate-mode
import torch


def generate(generator, latent):
    was_training = generator.training
    generator.train()
    with torch.no_grad():
        generator(latent)  # so that the running statistics know these images
        generator.eval()
        images = generator(latent)
    generator.train(was_training)
    return images
