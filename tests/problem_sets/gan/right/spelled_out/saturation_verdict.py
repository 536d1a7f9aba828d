import torch


def is_saturating(loss, gradients):
    at_minus_20 = gradients(loss, torch.tensor([-20.0, 0.0]))[0]
    if -0.001 < float(at_minus_20) < 0.001:  # noqa: SIM103 (as students write it)
        return True
    return False
