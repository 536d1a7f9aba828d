from torch import nn
from torch.nn.functional import dropout, relu


class DropoutMLP(nn.Module):
    def __init__(self, widths, probabilities):
        super().__init__()
        self.out = nn.Linear(widths[-1], 10)
        sizes = [784, *widths]
        self.hidden = nn.ModuleList(map(nn.Linear, sizes[:-1], sizes[1:]))
        self.probabilities = probabilities

    def forward(self, x):
        x = x.reshape(len(x), -1)
        for layer, p in zip(self.hidden, self.probabilities, strict=True):
            # The order of the two makes no difference: dropout keeps signs.
            x = relu(dropout(layer(x), p, training=self.training))
        return self.out(x)


def dropout_mlp(num_hiddens_1, num_hiddens_2, dropout_1, dropout_2):
    return DropoutMLP((num_hiddens_1, num_hiddens_2), (dropout_1, dropout_2))
