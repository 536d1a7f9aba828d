import syne_tune.config_space as cs


def mlp_space(max_epochs, max_batch_size):
    return {
        "max_epochs": max_epochs,
        "dropout_1": cs.uniform(0.0, 0.8),
        "dropout_2": cs.uniform(0.0, 0.8),
        "num_hiddens_1": cs.lograndint(lower=16, upper=256),
        "num_hiddens_2": cs.lograndint(lower=16, upper=256),
        "batch_size": cs.randint(lower=16, upper=max_batch_size),
        "learning_rate": cs.loguniform(lower=10**-3, upper=1.0),
    }
