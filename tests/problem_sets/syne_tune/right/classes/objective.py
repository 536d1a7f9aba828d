import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset


def train_one_epoch(net, loader, optimizer):
    net.train()
    for x, y in loader:
        loss = nn.CrossEntropyLoss()(net(x), y)
        if not torch.isfinite(loss):
            return False
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    return True


def count_wrong(net, loader):
    net.eval()
    with torch.inference_mode():
        return sum(int((net(x).argmax(dim=-1) != y).sum()) for x, y in loader)


def objective(config, net, train, validation, report):
    size, num_epochs = config["batch_size"], config["max_epochs"]
    loader = DataLoader(TensorDataset(*train), size, shuffle=True)
    held_out = DataLoader(TensorDataset(*validation), size)
    optimizer = torch.optim.SGD(net.parameters(), config["learning_rate"])
    for epoch in range(num_epochs):
        if not train_one_epoch(net, loader, optimizer):
            for failed in range(epoch, num_epochs):
                report(epoch=failed + 1, validation_error=1.0)
            return
        error = count_wrong(net, held_out) / len(validation[0])
        report(epoch=epoch + 1, validation_error=error)
