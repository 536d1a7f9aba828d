from syne_tune.optimizer import baselines


def random_search(space, metric, first):
    return baselines.RandomSearch(
        config_space=space,
        metrics=[metric],
        do_minimize=True,
        random_seed=7,
        points_to_evaluate=[dict(first)],
    )


def asha(space, metric, first, r_min, r_max, eta):
    return baselines.ASHA(
        space, metric, "epoch", r_max, True, None, r_min, eta, 1, [dict(first)]
    )
