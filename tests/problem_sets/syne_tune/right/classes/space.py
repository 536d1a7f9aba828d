from syne_tune.config_space import Float, Integer


def mlp_space(max_epochs, max_batch_size):
    widths = Integer(16, 256).loguniform()
    probabilities = Float(0.0, 0.8).uniform()
    space = {"learning_rate": Float(0.001, 1.0).loguniform()}
    space["batch_size"] = Integer(16, max_batch_size).uniform()
    for layer in (1, 2):
        space[f"num_hiddens_{layer}"] = widths
        space[f"dropout_{layer}"] = probabilities
    space["max_epochs"] = max_epochs
    return space
