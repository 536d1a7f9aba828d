# loses: space-ranges, space-scales
from syne_tune.config_space import lograndint, loguniform, uniform


def mlp_space(max_epochs, max_batch_size):
    return {
        "learning_rate": loguniform(1e-3, 1),
        "batch_size": uniform(16, max_batch_size),
        "num_hiddens_1": lograndint(16, 256),
        "num_hiddens_2": lograndint(16, 256),
        "dropout_1": uniform(0, 0.8),
        "dropout_2": uniform(0, 0.8),
        "max_epochs": max_epochs,
    }
