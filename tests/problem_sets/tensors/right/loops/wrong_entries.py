import torch


def wrong_entries(loss, gradient, x):
    wrong = torch.zeros(x.shape, dtype=torch.bool)
    for place in range(x.numel()):
        above, below = x.clone(), x.clone()
        above.view(-1)[place] += 1e-5
        below.view(-1)[place] -= 1e-5
        true = float(loss(above) - loss(below)) / 2e-5
        claimed = float(gradient.reshape(-1)[place])
        if not abs(claimed - true) <= 1e-4 * max(1.0, abs(true)):
            wrong.view(-1)[place] = True
    return wrong
