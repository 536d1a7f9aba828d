from torch import nn


def dropout_mlp(num_hiddens_1, num_hiddens_2, dropout_1, dropout_2):
    layers, size = [nn.Flatten()], 784
    for width, probability in [(num_hiddens_1, dropout_1), (num_hiddens_2, dropout_2)]:
        layers += [nn.Linear(size, width), nn.ReLU(inplace=True), nn.Dropout(probability)]
        size = width
    layers.append(nn.Linear(size, 10))
    return nn.Sequential(*layers)
