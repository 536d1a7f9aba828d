"""LeNet on Fashion-MNIST: an objective whose error depends on how it is trained."""

from __future__ import annotations

import contextlib
import math
import numbers
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import torch
from torch import nn
from torch.nn.functional import cross_entropy

from dlcourse import runtime
from dlcourse.hpo import lenet_checkpoint
from dlcourse.hpo.checks import check_integer
from dlcourse.hpo.lenet_start import examples, initialized, order_generator
from dlcourse.nn import MEMORY_FORMAT, LeNet

# The sample has 600 images: five passes over it are a unit that shows some progress.
PASSES = {"small": 5, "full": 1}
DEFAULTS = {"batch_size": 128, "momentum": 0.0, "weight_decay": 0.0}
EVALUATION_BATCH = 2048
Metrics = dict[str, float]


def train_lenet(
    configuration: Mapping[str, Any],
    resource: int = 10,
    checkpoint: str | Path | None = None,
    *,
    activation: type[nn.Module] = nn.ReLU,
    seed: int = 0,
    device: torch.device | str | None = None,
) -> list[Metrics]:
    """Train LeNet on Fashion-MNIST with stochastic gradient descent.

    A unit of resource is an epoch; in the small profile, where only 600 images are
    trained on, it is five passes over them. The weights are drawn as PyTorch does by
    default and depend on the seed alone, the order of the images on seed and epoch: a
    training that is resumed gives the numbers of one that was never stopped. The
    caller's random state is left as it was.

    Args:
        configuration: ``learning_rate``, and if wanted ``batch_size`` (128 if left out),
            ``momentum`` and ``weight_decay`` (0).
        resource: train until so many epochs have been done in all.
        checkpoint: a folder of this trial's own. What an earlier call left there is gone
            on with, and the state is written there at the end.
        activation: of the net, see `dlcourse.nn.LeNet`.
        seed: of the weights and the order of images.
        device: where to train; `dlcourse.runtime.device` if None.

    Returns:
        For each epoch trained for now, ``train_error``, ``validation_error``,
        ``validation_loss`` and ``seconds``. An error is the number of wrong examples by
        the number of all; that of training counts each example as it comes by, before
        the update it goes into. All are NaN but the seconds once a loss is NaN. If the
        checkpoint has come as far as asked for already, it is the last call's epochs.

    Raises:
        ValueError: the configuration, the resource or the seed is no good, or the folder
            holds a checkpoint that is damaged or of another training.
    """
    run = _run(configuration, resource, checkpoint, activation, seed, device)
    return run.history[min(run.start, resource - 1) : resource]


def lenet_test_error(
    configuration: Mapping[str, Any],
    resource: int = 10,
    checkpoint: str | Path | None = None,
    *,
    activation: type[nn.Module] = nn.ReLU,
    seed: int = 0,
    device: torch.device | str | None = None,
) -> float:
    """Return the error on the test set after training as `train_lenet` does.

    For one configuration, chosen by its validation error: a choice that has looked at the
    test error leaves nothing to tell how good it is.

    Args:
        configuration: as of `train_lenet`, like all that follow.
        resource: likewise.
        checkpoint: likewise; it must not have come further than ``resource``.
        activation: likewise.
        seed: likewise.
        device: likewise.

    Returns:
        The number of wrong test images by the number of all; NaN if the loss is NaN.

    Raises:
        ValueError: as of `train_lenet`, or the checkpoint has come too far.
    """
    run = _run(configuration, resource, checkpoint, activation, seed, device)
    if len(run.history) > resource:
        raise ValueError(
            f"resource: the checkpoint in {checkpoint} has come to epoch {len(run.history)}, "
            f"past {resource}; leave the checkpoint out to train anew"
        )
    with _one_thread(run.device):
        return read_numbers(*run.evaluate("test"))[0]


@dataclass
class _Run:
    """A training between two epochs.

    Attributes:
        history: the metrics of each epoch done.
        start: how many epochs were done before the last call that trained.
    """

    net: LeNet
    optimizer: torch.optim.Optimizer
    batch_size: int
    seed: int
    device: torch.device
    history: list[Metrics] = field(default_factory=list)
    start: int = 0

    def train_epoch(self) -> None:
        began = time.perf_counter()
        wrong, loss = self._pass_over_train()
        error, validation_loss = self.evaluate("validation")
        train_error = torch.where(loss.isnan(), loss, wrong)
        # Read at once: on a GPU each number read waits for all work before it.
        values = read_numbers(train_error, error, validation_loss)
        names = ("train_error", "validation_error", "validation_loss")
        seconds = time.perf_counter() - began
        self.history.append({**dict(zip(names, values, strict=True)), "seconds": seconds})

    def _pass_over_train(self) -> tuple[torch.Tensor, torch.Tensor]:
        """Return the share of wrong examples, and the sum of the losses."""
        images, labels = examples("train", self.device)
        order = order_generator(self.seed, len(self.history))
        passes = PASSES[runtime.profile()]
        wrong = torch.zeros((), device=self.device)
        total = torch.zeros((), device=self.device)
        for _ in range(passes):
            shuffled = torch.randperm(len(images), generator=order).to(self.device)
            for chosen in shuffled.split(self.batch_size):
                targets = labels[chosen]
                logits = self.net(images[chosen])
                loss = cross_entropy(logits, targets)
                self.optimizer.zero_grad()
                loss.backward()
                self.optimizer.step()
                wrong += (logits.detach().argmax(1) != targets).sum()
                total += loss.detach()
        return wrong / (passes * len(images)), total

    @torch.no_grad()
    def evaluate(self, split: str) -> tuple[torch.Tensor, torch.Tensor]:
        """Return error and mean loss over the split's examples; NaN loss, NaN error."""
        images, labels = examples(split, self.device)
        wrong = torch.zeros((), device=self.device)
        loss = torch.zeros((), device=self.device)
        parts = images.split(EVALUATION_BATCH), labels.split(EVALUATION_BATCH)
        for some, targets in zip(*parts, strict=True):
            logits = self.net(some)
            wrong += (logits.argmax(1) != targets).sum()
            loss += cross_entropy(logits, targets, reduction="sum")
        error, loss = wrong / len(images), loss / len(images)
        return torch.where(loss.isnan(), loss, error), loss

    def state(self) -> dict[str, Any]:
        """Return what a training goes on from."""
        return {
            "net": self.net.state_dict(),
            "optimizer": self.optimizer.state_dict(),
            "history": self.history,
            "start": self.start,
        }

    def restore(self, state: Mapping[str, Any]) -> None:
        """Go on from a state that another run was in."""
        self.net.load_state_dict(state["net"])
        self.optimizer.load_state_dict(state["optimizer"])
        self.history, self.start = state["history"], state["start"]


def _run(
    configuration: Mapping[str, Any],
    resource: int,
    checkpoint: str | Path | None,
    activation: type[nn.Module],
    seed: int,
    device: torch.device | str | None,
) -> _Run:
    """Train until the resource, from the checkpoint where there is one."""
    values = check_configuration(configuration)
    check_integer("resource", resource, least=1)
    check_integer("seed", seed, least=0)
    place = runtime.device() if device is None else torch.device(device)
    net = initialized(activation, seed).to(place).to(memory_format=MEMORY_FORMAT)
    optimizer = torch.optim.SGD(
        net.parameters(),
        lr=values["learning_rate"],
        momentum=values["momentum"],
        weight_decay=values["weight_decay"],
    )
    identity = {
        "configuration": values,
        "activation": activation.__qualname__,
        "seed": int(seed),
        "profile": runtime.profile(),
    }
    run = _Run(net, optimizer, values["batch_size"], int(seed), place)
    path = None if checkpoint is None else Path(checkpoint) / lenet_checkpoint.FILE_NAME
    if path is not None and path.exists():
        run.restore(lenet_checkpoint.load(path, identity))
    if len(run.history) >= resource:
        return run
    run.start = len(run.history)
    with _one_thread(place):
        while len(run.history) < resource:
            run.train_epoch()
    if path is not None:
        lenet_checkpoint.save(path, identity, run.state())
    return run


def check_configuration(configuration: Mapping[str, Any]) -> dict[str, Any]:
    """Return the configuration as plain numbers, what was left out filled in.

    Raises:
        ValueError: a hyperparameter is missing, unknown or out of its range.
    """
    unknown = [name for name in configuration if name not in {"learning_rate", *DEFAULTS}]
    if unknown:
        known = ", ".join(["learning_rate", *DEFAULTS])
        raise ValueError(f"configuration: unknown {', '.join(unknown)}; known are {known}")
    if "learning_rate" not in configuration:
        raise ValueError("configuration: learning_rate is missing")
    values: dict[str, Any] = {**DEFAULTS, **configuration}
    check_integer("batch_size", values["batch_size"], least=1)
    for name in ("learning_rate", "momentum", "weight_decay"):
        value = values[name]
        real = isinstance(value, numbers.Real) and math.isfinite(value)
        if not real or value < 0 or (name == "learning_rate" and value == 0):
            sign = "above 0" if name == "learning_rate" else "of at least 0"
            raise ValueError(f"{name} must be a finite number {sign}, got {value!r}")
        values[name] = float(value)
    values["batch_size"] = int(values["batch_size"])
    return dict(sorted(values.items()))


def read_numbers(*scalars: torch.Tensor) -> list[float]:
    """Bring scalars of one device to Python, in one transfer."""
    return torch.stack(scalars).tolist()


@contextlib.contextmanager
def _one_thread(device: torch.device) -> Iterator[None]:
    """Compute with one thread in the small profile on the CPU.

    Two workers on two cores are faster so, and sums are taken in one order wherever a
    trial runs: with other numbers of threads its weights come out different.
    """
    before = torch.get_num_threads()
    if device.type == "cpu" and runtime.profile() == "small":
        torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(before)
