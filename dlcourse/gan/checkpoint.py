"""Write a training run to a file between two epochs, and go on with it later."""

from __future__ import annotations

import os
import random
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import nn
from torch.optim import Optimizer

from dlcourse.gan.averaging import AveragedWeights
from dlcourse.gan.state import History, Training

FORMAT = 1


def save_checkpoint(path: str | Path, training: Training) -> None:
    """Write all that the rest of the training depends on, and nothing half.

    That is both nets, both optimizers, the averaged weights, the history, the sampler
    and the random states of Python, NumPy and torch. The file appears whole or not at
    all: it is written under another name first.

    Args:
        path: the file; its folder must exist.
        training: as `train` hands it to its callback.
    """
    path = Path(path)
    content = {
        "format": FORMAT,
        "nets": {name: part.state_dict() for name, part in _parts(training).items()},
        "history": asdict(training.history),
        "sampler": None if training.sampler is None else training.sampler.get_state(),
        "random": _random_states(),
    }
    temporary = path.with_name(f"{path.name}.{os.getpid()}.part")
    try:
        torch.save(content, temporary)
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)


def load_checkpoint(
    path: str | Path,
    *,
    generator: nn.Module,
    discriminator: nn.Module,
    generator_optimizer: Optimizer,
    discriminator_optimizer: Optimizer,
    averages: AveragedWeights | None = None,
    sampler: torch.Generator | None = None,
) -> History:
    """Put everything back as `save_checkpoint` found it.

    Training that goes on from here, ``train(..., history=history, seed=sampler)``, gives
    the same numbers as training that was never interrupted.

    Args:
        path: the file.
        generator: of the same form as the one saved; its weights are replaced. So are
            those of the other parts.
        discriminator: likewise.
        generator_optimizer: likewise.
        discriminator_optimizer: likewise.
        averages: likewise; needed exactly if the run kept an average.
        sampler: likewise; needed exactly if the run was given a seed.

    Returns:
        The history so far.

    Raises:
        ValueError: the file is no checkpoint, or was made by a training of other parts.
        FileNotFoundError: there is no such file.
    """
    content = _read(Path(path))
    training = Training(
        generator,
        discriminator,
        generator_optimizer,
        discriminator_optimizer,
        averages=averages,
        sampler=sampler,
    )
    parts, saved = _parts(training), content["nets"]
    if (averages is None) == ("averages" in saved):
        raise ValueError(
            f"averages: {path} was made {'with' if averages is None else 'without'} averaged "
            f"weights; {'give them too' if averages is None else 'leave them out'}"
        )
    if (sampler is None) != (content["sampler"] is None):
        raise ValueError(
            f"sampler: {path} was made {'without' if sampler else 'with'} a seed; "
            f"{'leave the sampler out' if sampler else 'give a torch.Generator'}"
        )
    for name, part in parts.items():
        try:
            part.load_state_dict(saved[name])
        except (RuntimeError, ValueError, KeyError) as error:
            reason = " ".join(str(error).split())
            raise ValueError(f"{name}: {path} holds another form of it: {reason}") from error
    if sampler is not None:
        sampler.set_state(content["sampler"])
    _restore_random(content["random"])
    return History(**content["history"])


def _parts(training: Training) -> dict[str, Any]:
    """Name the parts that have a state_dict."""
    parts = {
        "generator": training.generator,
        "discriminator": training.discriminator,
        "generator_optimizer": training.generator_optimizer,
        "discriminator_optimizer": training.discriminator_optimizer,
    }
    if training.averages is not None:
        return {**parts, "averages": training.averages}
    return parts


def _read(path: Path) -> dict[str, Any]:
    if not path.is_file():
        raise FileNotFoundError(f"there is no checkpoint {path}")
    try:
        # weights_only: a checkpoint from elsewhere must not be able to run code.
        content = torch.load(path, map_location="cpu", weights_only=True)
    except Exception as error:
        raise ValueError(
            f"{path} is no checkpoint, or a damaged one; start the training anew"
        ) from error
    if not isinstance(content, dict) or content.get("format") != FORMAT:
        raise ValueError(f"{path} is no checkpoint of dlcourse.gan")
    return content


def _random_states() -> dict[str, Any]:
    kind, keys, *rest = np.random.get_state(legacy=True)
    return {
        "python": random.getstate(),
        "numpy": (str(kind), torch.from_numpy(np.asarray(keys).astype(np.int64)), *rest),
        "torch": torch.get_rng_state(),
        "cuda": torch.cuda.get_rng_state_all() if torch.cuda.is_available() else [],
        "mps": torch.mps.get_rng_state() if torch.backends.mps.is_available() else None,
    }


def _restore_random(states: dict[str, Any]) -> None:
    version, internal, gauss = states["python"]
    random.setstate((version, tuple(internal), gauss))
    kind, keys, *rest = states["numpy"]
    np.random.set_state((kind, keys.numpy().astype(np.uint32), *rest))
    torch.set_rng_state(states["torch"])
    if torch.cuda.is_available() and len(states["cuda"]) == torch.cuda.device_count():
        torch.cuda.set_rng_state_all(states["cuda"])
    if torch.backends.mps.is_available() and states["mps"] is not None:
        torch.mps.set_rng_state(states["mps"])
