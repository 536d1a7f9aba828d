# loses: objective-epochs
import math

import torch
from torch.nn.functional import cross_entropy


def objective(config, net, train, validation, report):
    (images, labels), (held_out, answers) = train, validation
    optimizer = torch.optim.SGD(net.parameters(), lr=config["learning_rate"])
    failed, order = False, torch.randperm(len(images))
    for epoch in range(1, config["max_epochs"] + 1):
        net.train()
        for rows in order.split(config["batch_size"]):
            loss = cross_entropy(net(images[rows]), labels[rows])
            failed = failed or not math.isfinite(loss.item())
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
        net.eval()
        with torch.no_grad():
            wrong = (net(held_out).argmax(1) != answers).double().mean().item()
        report(epoch=epoch, validation_error=1.0 if failed else wrong)
