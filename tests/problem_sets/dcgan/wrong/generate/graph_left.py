# loses: generate-images
def generate(generator, latent):
    was_training = generator.training
    generator.eval()
    images = generator(latent)
    generator.train(was_training)
    return images
