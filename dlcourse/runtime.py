"""What a notebook fixes before it runs: the profile, the device, the seed."""

from __future__ import annotations

import os
import random
import sys
from typing import TypeVar

import numpy as np
import torch

T = TypeVar("T")
PROFILES = ("small", "full")


def profile() -> str:
    """Return ``"small"`` (default) or ``"full"``, from the variable ``DLCOURSE_PROFILE``.

    Raises:
        ValueError: the variable holds any other word.
    """
    name = os.environ.get("DLCOURSE_PROFILE", "small")
    if name not in PROFILES:
        raise ValueError(
            f"DLCOURSE_PROFILE is {name!r}, but only 'small' and 'full' exist; "
            "set one of the two, or unset the variable"
        )
    return name


def by_profile(small: T, full: T) -> T:
    """Return ``small`` or ``full``, whichever the profile asks for."""
    return small if profile() == "small" else full


def device() -> torch.device:
    """Return the fastest device present: CUDA, then MPS, then the CPU."""
    if torch.cuda.is_available():
        return torch.device("cuda")
    if torch.backends.mps.is_available():
        return torch.device("mps")
    return torch.device("cpu")


def set_seed(seed: int) -> torch.Generator:
    """Seed Python, NumPy and torch; return a CPU random generator with the same seed.

    The generator is for draws that must not depend on what else a notebook has drawn,
    such as the order of minibatches.
    """
    random.seed(seed)
    np.random.seed(seed % 2**32)
    torch.manual_seed(seed)
    return torch.Generator().manual_seed(seed)


def is_live() -> bool:
    """Tell whether somebody watches the output as it appears.

    True in a terminal and in a Jupyter front end that can ask the user for input; false
    where a notebook is executed unattended (nbclient, nbval), which never allows input.
    Drawing intermediate states is worth its time only in the first case.
    The variable ``DLCOURSE_LIVE`` (``0`` or ``1``) decides where it is set.
    """
    forced = os.environ.get("DLCOURSE_LIVE")
    if forced is not None:
        return forced == "1"
    kernel = _kernel()
    if kernel is not None:
        return bool(getattr(kernel, "_allow_stdin", False))
    return sys.stderr.isatty()


def in_notebook() -> bool:
    """Tell whether the code runs in a Jupyter kernel, which can show rich output."""
    return _kernel() is not None


def _kernel() -> object | None:
    """Return the running ipykernel, or None outside one."""
    ipython = sys.modules.get("IPython")
    shell = ipython.get_ipython() if ipython is not None else None
    return getattr(shell, "kernel", None)
