"""Images that ship with the package: emoji, and the range a generator works in."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
import torch
from PIL import Image

FOLDER = Path(__file__).parent
SIDE, COLUMNS = 64, 24


@dataclass(frozen=True)
class Emoji:
    """One emoji: its place in the sheet, its codepoint in hexadecimal, name, category."""

    index: int
    codepoint: str
    name: str
    category: str


def to_unit_range(images: torch.Tensor, dtype: torch.dtype = torch.float32) -> torch.Tensor:
    """Map bytes 0 … 255 to numbers -1 … 1, the range of tanh; the shape stays.

    Raises:
        ValueError: the images are not uint8.
    """
    if images.dtype != torch.uint8:
        raise ValueError(f"images: expected uint8, got {images.dtype}")
    return images.to(dtype) / 127.5 - 1.0


def from_unit_range(images: torch.Tensor) -> torch.Tensor:
    """Map numbers -1 … 1 to bytes 0 … 255, clipping what lies outside; the shape stays.

    Raises:
        ValueError: the images are not floating-point.
    """
    if not images.is_floating_point():
        raise ValueError(f"images: expected floating-point numbers, got {images.dtype}")
    return ((images + 1.0) * 127.5).round().clamp(0, 255).to(torch.uint8)


def random_flips(images: torch.Tensor) -> torch.Tensor:
    """Mirror each image left to right with probability 1/2.

    The draws come from torch's random state of the CPU, so they are the same wherever
    the images ``(n, channels, height, width)`` are.

    Raises:
        ValueError: the tensor has another shape.
    """
    if images.dim() != 4:
        raise ValueError(
            f"images: expected shape (n, channels, height, width), got {tuple(images.shape)}"
        )
    flip = torch.rand(len(images), 1, 1, 1) < 0.5
    return torch.where(flip.to(images.device), images.flip(3), images)


def emoji(category: str | None = None, count: int | None = None) -> torch.Tensor:
    """Return emoji on white, in the order of `emoji_records`.

    Args:
        category: one of `emoji_categories`; all of them if None.
        count: only the first so many.

    Returns:
        uint8 of shape ``(n, 3, 64, 64)``.

    Raises:
        ValueError: there is no such category, or not so many emoji.
    """
    indices = [record.index for record in _chosen(category)]
    if count is not None:
        if not 1 <= count <= len(indices):
            raise ValueError(f"count: expected 1 to {len(indices)}, got {count}")
        indices = indices[:count]
    return _emoji_sheet()[indices]


def emoji_names(category: str | None = None) -> list[str]:
    """Return the Unicode names, in the order of `emoji`."""
    return [record.name for record in _chosen(category)]


def emoji_categories() -> list[str]:
    """Return the categories in alphabetical order."""
    return sorted({record.category for record in emoji_records()})


@cache
def emoji_records() -> tuple[Emoji, ...]:
    """Return index, codepoint, name and category of each emoji, in the sheet's order."""
    text = (FOLDER / "emoji_64.json").read_text(encoding="utf-8")
    return tuple(Emoji(**record) for record in json.loads(text))


def _chosen(category: str | None) -> list[Emoji]:
    if category is not None and category not in emoji_categories():
        raise ValueError(
            f"category: there is no {category!r}, choose from {', '.join(emoji_categories())}"
        )
    return [r for r in emoji_records() if category is None or r.category == category]


@cache
def _emoji_sheet() -> torch.Tensor:
    """Cut the shipped sheet into tiles, uint8 ``(n, 3, 64, 64)``."""
    with Image.open(FOLDER / "emoji_64.webp") as sheet:
        pixels = torch.from_numpy(np.array(sheet.convert("RGB")))
    rows = pixels.shape[0] // SIDE
    tiles = pixels.view(rows, SIDE, COLUMNS, SIDE, 3).permute(0, 2, 4, 1, 3)
    return tiles.reshape(-1, 3, SIDE, SIDE)[: len(emoji_records())].contiguous()
