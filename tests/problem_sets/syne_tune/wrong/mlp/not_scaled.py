# loses: mlp-dropout
import torch
from torch import nn
from torch.nn.functional import relu


class Net(nn.Module):
    def __init__(self, h1, h2, p1, p2):
        super().__init__()
        self.layer_1, self.layer_2 = nn.Linear(784, h1), nn.Linear(h1, h2)
        self.layer_3, self.p1, self.p2 = nn.Linear(h2, 10), p1, p2

    def drop(self, x, p):
        return x * (torch.rand_like(x) >= p) if self.training else x

    def forward(self, x):
        x = self.drop(relu(self.layer_1(x.flatten(1))), self.p1)
        x = self.drop(relu(self.layer_2(x)), self.p2)
        return self.layer_3(x)


def dropout_mlp(num_hiddens_1, num_hiddens_2, dropout_1, dropout_2):
    return Net(num_hiddens_1, num_hiddens_2, dropout_1, dropout_2)
