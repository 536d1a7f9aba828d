import copy
import math


def image_gradient(discriminator, images, loss):
    net = copy.deepcopy(discriminator)
    inputs = images.clone()
    inputs.requires_grad = True
    loss(net(inputs)).backward()
    entries = inputs.grad.flatten().tolist()
    norm = math.sqrt(sum(entry**2 for entry in entries))
    return [norm, entries.count(0.0) / len(entries)]
