# loses: mlp-dropout
from torch import nn


def dropout_mlp(num_hiddens_1, num_hiddens_2, dropout_1, dropout_2):
    return nn.Sequential(
        nn.Flatten(),
        nn.Linear(784, num_hiddens_1),
        nn.ReLU(),
        nn.Dropout(dropout_2),
        nn.Linear(num_hiddens_1, num_hiddens_2),
        nn.ReLU(),
        nn.Dropout(dropout_1),
        nn.Linear(num_hiddens_2, 10),
    )
