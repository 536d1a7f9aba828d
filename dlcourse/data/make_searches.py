"""Write `syne_tune_searches.csv`: real searches, to be compared without running them.

    OMP_NUM_THREADS=1 python -m dlcourse.data.make_searches

Random search and BORE, both Syne Tune's, look for the hyperparameters of a small net on the
Fashion-MNIST sample, one trial after the other, each with a dozen seeds and the same budget of
seconds. They are seconds of processor time of this process, which has one thread, so that
other work on the machine does not count. Decisions of the scheduler count as well as training:
a slow decision leaves less time for trials.
"""

from __future__ import annotations

import csv
import datetime
import time
from typing import Any

import numpy as np
import torch
from torch import nn

from dlcourse.data.fashion import fashion_mnist
from dlcourse.data.images import FOLDER

SEEDS = range(12)
BUDGET_SECONDS = 20.0
NUM_EPOCHS = 20
FIRST = {
    "learning_rate": 0.01,
    "momentum": 0.0,
    "weight_decay": 1e-4,
    "batch_size": 64,
    "num_hiddens": 32,
}
COLUMNS = ("method", "seed", "trial", "started", "ended", "validation_error", "test_error")


def make_scheduler(method: str, seed: int) -> Any:
    """Return Syne Tune's scheduler of a method, with what it draws from seeded."""
    from syne_tune.config_space import lograndint, loguniform, uniform
    from syne_tune.optimizer.baselines import BORE, RandomSearch

    space = {
        "learning_rate": loguniform(1e-4, 10),
        "momentum": uniform(0, 0.99),
        "weight_decay": loguniform(1e-6, 1),
        "batch_size": lograndint(8, 256),
        "num_hiddens": lograndint(4, 256),
    }
    np.random.seed(seed)  # random search draws from NumPy's global generator
    if method == "random search":
        metrics = ["validation_error"]
        return RandomSearch(space, metrics, random_seed=seed, points_to_evaluate=[FIRST])
    return BORE(space, "validation_error", random_seed=seed, points_to_evaluate=[FIRST])


def errors(configuration: dict[str, Any], seed: int) -> tuple[float, float]:
    """Train a net with one hidden layer; return its errors on validation and test set."""
    torch.manual_seed(seed)
    images, labels = fashion_mnist("train")
    images = images.flatten(1) / 255
    width = configuration["num_hiddens"]
    net = nn.Sequential(nn.Linear(784, width), nn.ReLU(), nn.Linear(width, 10))
    options = {name: configuration[name] for name in ("momentum", "weight_decay")}
    optimizer = torch.optim.SGD(net.parameters(), configuration["learning_rate"], **options)
    for _ in range(NUM_EPOCHS):
        for chosen in torch.randperm(len(images)).split(configuration["batch_size"]):
            loss = nn.functional.cross_entropy(net(images[chosen]), labels[chosen])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
    return _error(net, "validation"), _error(net, "test")


@torch.no_grad()
def _error(net: nn.Module, split: str) -> float:
    images, labels = fashion_mnist(split)
    logits = net(images.flatten(1) / 255)
    wrong = (logits.argmax(1) != labels).double().mean().item()
    return wrong if bool(logits.isfinite().all()) else 1.0


def search(method: str, seed: int) -> list[tuple[Any, ...]]:
    """Run one search; return a row for each trial that ended within the budget."""
    from syne_tune.backend.trial_status import Trial

    scheduler = make_scheduler(method, seed)
    rows: list[tuple[Any, ...]] = []
    began = time.process_time()
    while True:
        configuration = scheduler.suggest().config
        trial = Trial(len(rows), configuration, datetime.datetime.now())
        started = time.process_time() - began
        validation_error, test_error = errors(configuration, seed)
        ended = time.process_time() - began
        if ended > BUDGET_SECONDS:
            return rows
        scheduler.on_trial_complete(trial, {"validation_error": validation_error})
        numbers = (started, ended, validation_error, test_error)
        rows.append((method, seed, trial.trial_id, *(f"{number:.4f}" for number in numbers)))


def main() -> None:
    """Run all searches and write the file."""
    torch.set_num_threads(1)
    errors(FIRST, 0)  # what is done once only must not count as a search's time
    np.random.seed(0)
    rows: list[tuple[Any, ...]] = []
    for seed in SEEDS:
        for method in ("random search", "BORE"):
            rows += search(method, seed)
            print(method, seed, rows[-1], flush=True)
    with (FOLDER / "syne_tune_searches.csv").open("w", newline="", encoding="utf-8") as file:
        csv.writer(file, lineterminator="\n").writerows([COLUMNS, *rows])


if __name__ == "__main__":
    main()
