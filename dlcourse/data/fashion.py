"""Fashion-MNIST: a sample that ships with the package, the full set by download."""

from __future__ import annotations

import contextlib
import io
import os
import shutil
import socket
import tempfile
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import torch

from dlcourse import runtime
from dlcourse.data.images import FOLDER

if TYPE_CHECKING:
    from torchvision.datasets import FashionMNIST

FASHION_MNIST_CLASSES = (
    "T-shirt/top",
    "Trouser",
    "Pullover",
    "Dress",
    "Coat",
    "Sandal",
    "Shirt",
    "Sneaker",
    "Bag",
    "Ankle boot",
)
SPLITS = ("train", "validation", "test")
# How many images of each class go into (train, validation) of the set they are cut from;
# the rest of the class is the test set. The full set has a test set of its own.
SAMPLE_PER_CLASS = (60, 15)
FULL_VALIDATION_PER_CLASS = 1000
DOWNLOAD_TIMEOUT_SECONDS = 30.0


class DownloadError(RuntimeError):
    """A data set could not be downloaded; nothing was left behind."""


def fashion_mnist(split: str = "train") -> tuple[torch.Tensor, torch.Tensor]:
    """Return images and labels of Fashion-MNIST (Xiao, Rasul and Vollgraf 2017).

    In the small profile it is the sample of 900 images in the package, split by class
    into 600, 150 and 150; in the full profile the whole set, 50,000, 10,000 and 10,000,
    which is downloaded once (see `data_folder`). The splits are always the same, so that
    no test image is ever trained on.

    Args:
        split: ``"train"``, ``"validation"`` or ``"test"``.

    Returns:
        Images, uint8 ``(n, 1, 28, 28)``, and labels, int64 ``(n,)``, in class order.

    Raises:
        ValueError: there is no such split.
        DownloadError: the full set cannot be had; the message names the remedy.
    """
    if split not in SPLITS:
        raise ValueError(f"split: there is no {split!r}, choose from {', '.join(SPLITS)}")
    if runtime.profile() == "full":
        return _full(split)
    images, labels = _sample()
    train, validation = SAMPLE_PER_CLASS
    ranges = {
        "train": (0, train),
        "validation": (train, train + validation),
        "test": (train + validation, None),
    }
    return _cut_by_class(images, labels, *ranges[split])


def data_folder() -> Path:
    """Return the folder downloads are kept in.

    It is named by ``DLCOURSE_DATA``, else ``dlcourse`` in the user's cache folder.
    """
    if "DLCOURSE_DATA" in os.environ:
        return Path(os.environ["DLCOURSE_DATA"])
    cache_folder = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(cache_folder) / "dlcourse"


def download_fashion_mnist(folder: Path | None = None) -> Path:
    """Make sure the full set lies in the folder (`data_folder` by default); return it.

    The files are fetched into a folder beside and moved when all of them are whole.

    Raises:
        DownloadError: a file is missing or damaged, or the network cannot be reached.
    """
    folder = data_folder() if folder is None else folder
    if _is_complete(folder):
        return folder
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix="download-", dir=folder) as part:
            with _quiet_unless_live(), _socket_timeout(DOWNLOAD_TIMEOUT_SECONDS):
                _dataset()(part, train=True, download=True)
            _move(Path(part) / _dataset().__name__, folder / _dataset().__name__)
    except (OSError, RuntimeError, EOFError, ValueError) as error:
        reason = " ".join(str(error).split()) or type(error).__name__
        raise DownloadError(
            f"Fashion-MNIST could not be downloaded to {folder} ({reason}). Check the "
            "network and the free disk space and run again, or use the sample in the "
            "package: set DLCOURSE_PROFILE=small"
        ) from error
    return folder


def _dataset() -> type[FashionMNIST]:
    """Return torchvision's class; importing it takes longer than all else here together."""
    from torchvision.datasets import FashionMNIST

    return FashionMNIST


def _full(split: str) -> tuple[torch.Tensor, torch.Tensor]:
    folder = download_fashion_mnist()
    whole = _dataset()(folder, train=split != "test")
    images, labels = whole.data.unsqueeze(1), whole.targets.long()
    if split == "test":
        return _cut_by_class(images, labels, 0, None)
    if split == "train":
        return _cut_by_class(images, labels, 0, -FULL_VALIDATION_PER_CLASS)
    return _cut_by_class(images, labels, -FULL_VALIDATION_PER_CLASS, None)


@cache
def _sample() -> tuple[torch.Tensor, torch.Tensor]:
    with np.load(FOLDER / "fashion_mnist_900.npz") as arrays:
        images, labels = torch.from_numpy(arrays["images"]), torch.from_numpy(arrays["labels"])
    return images.unsqueeze(1), labels.long()


def _cut_by_class(
    images: torch.Tensor, labels: torch.Tensor, start: int, stop: int | None
) -> tuple[torch.Tensor, torch.Tensor]:
    """Take from each class its images number ``start`` to ``stop``."""
    chosen = torch.cat(
        [
            (labels == label).nonzero().flatten()[start:stop]
            for label in range(len(FASHION_MNIST_CLASSES))
        ]
    )
    return images[chosen], labels[chosen]


def _is_complete(folder: Path) -> bool:
    raw = folder / _dataset().__name__ / "raw"
    names = [Path(name).stem for name, _ in _dataset().resources]
    return all((raw / name).is_file() for name in names)


def _move(source: Path, target: Path) -> None:
    """Move the finished folder into place; what lies there is incomplete, so it goes."""
    if target.exists():
        shutil.rmtree(target)
    source.replace(target)


@contextlib.contextmanager
def _quiet_unless_live() -> Iterator[None]:
    """Keep torchvision's progress bar out of a page that is executed unattended."""
    if runtime.is_live():
        yield
    else:
        with contextlib.redirect_stderr(io.StringIO()):
            yield


@contextlib.contextmanager
def _socket_timeout(seconds: float) -> Iterator[None]:
    before = socket.getdefaulttimeout()
    socket.setdefaulttimeout(seconds)
    try:
        yield
    finally:
        socket.setdefaulttimeout(before)
