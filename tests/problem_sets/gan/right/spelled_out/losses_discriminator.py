import torch


def discriminator_loss(real_logits, fake_logits):
    zero = torch.zeros(())
    first, second = zero, zero
    for logit in real_logits.flatten():
        first = first + torch.logaddexp(zero, -logit)
    for logit in fake_logits.flatten():
        second = second + torch.logaddexp(zero, logit)
    return first / (2 * real_logits.numel()) + second / (2 * fake_logits.numel())
