"""The file in which a training of LeNet leaves what the next call goes on from."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch

FORMAT = "dlcourse.hpo.lenet 1"
FILE_NAME = "lenet.pt"


def save(path: Path, identity: Mapping[str, Any], state: Mapping[str, Any]) -> None:
    """Write the checkpoint whole or not at all: under another name first.

    Args:
        path: the file; its folder is made if it is missing.
        identity: by name, all that the numbers depend on but the epoch.
        state: by name, what the training goes on from.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f"{path.name}.{os.getpid()}.part")
    try:
        torch.save({"format": FORMAT, "identity": identity, **state}, temporary)
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)


def load(path: Path, identity: Mapping[str, Any]) -> dict[str, Any]:
    """Return the state that was saved, its tensors on the CPU.

    Raises:
        ValueError: the file is damaged, or its training has another identity.
    """
    try:
        # weights_only: a checkpoint from elsewhere must not be able to run code.
        content = torch.load(path, map_location="cpu", weights_only=True)
        fits = isinstance(content, dict) and content["format"] == FORMAT
    except Exception as error:
        raise ValueError(
            f"checkpoint: {path} is damaged or no checkpoint; remove it to train anew"
        ) from error
    if not fits:
        raise ValueError(f"checkpoint: {path} is not one of train_lenet; use another folder")
    found = content["identity"]
    for name, expected in identity.items():
        if found.get(name) != expected:
            raise ValueError(
                f"checkpoint: {path} is of another training ({name} {found.get(name)!r}, "
                f"not {expected!r}); use another folder"
            )
    return content
