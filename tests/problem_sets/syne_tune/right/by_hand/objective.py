import math

import numpy as np
import torch


def objective(config, net, train, validation, report):
    weights = list(net.parameters())
    size, failed = config["batch_size"], 0
    for number in range(config["max_epochs"]):
        net.train(True)
        order = np.random.permutation(len(train[0]))
        for begin in range(0, len(order), size):
            rows = torch.from_numpy(order[begin : begin + size])
            logits = net(train[0][rows])
            picked = logits.log_softmax(1).gather(1, train[1][rows].unsqueeze(1))
            loss = -picked.mean()
            failed += not math.isfinite(float(loss))
            slopes = torch.autograd.grad(loss, weights)
            with torch.no_grad():
                for weight, slope in zip(weights, slopes, strict=True):
                    weight -= config["learning_rate"] * slope
        net.train(False)
        with torch.no_grad():
            right = 0
            for x, y in zip(validation[0].split(50), validation[1].split(50), strict=True):
                right += torch.eq(net(x).max(1).indices, y).sum().item()
        error = 1 - right / len(validation[1])
        report(validation_error=float(np.float64(1.0 if failed else error)), epoch=number + 1)
