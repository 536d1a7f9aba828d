import torch


def generate(generator, latent):
    modes = [(layer, layer.training) for layer in generator.modules()]
    try:
        generator.eval()
        with torch.inference_mode():
            return generator(latent)
    finally:
        for layer, mode in modes:
            layer.training = mode
