# loses: mlp-layers, mlp-dropout
from torch import nn


def dropout_mlp(num_hiddens_1, num_hiddens_2, dropout_1, dropout_2):
    return nn.Sequential(
        nn.Flatten(),
        nn.Linear(784, 64),
        nn.ReLU(),
        nn.Dropout(0.5),
        nn.Linear(64, 32),
        nn.ReLU(),
        nn.Dropout(0.5),
        nn.Linear(32, 10),
    )
