import torch
from torch.utils.data import DataLoader
from tqdm import trange


def train(data, num_epochs, batch_size, latent_dim, discriminator_step, generator_step):
    loader = DataLoader(data, batch_size=batch_size, shuffle=True)
    pairs = []
    for _ in trange(num_epochs):
        losses = torch.zeros(2)
        for x in loader:
            z = torch.randn(x.size(0), latent_dim, device=x.device)
            losses += len(x) * torch.tensor([discriminator_step(x, z), generator_step(z)])
        pairs.append((losses / len(data)).tolist())
    return pairs
