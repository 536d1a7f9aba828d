"""The secret that the inputs of hidden tests are drawn from, another for each submission."""

from __future__ import annotations

import hashlib
import hmac
import json
import os
import secrets
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from ..errors import GraderError

FILE = "grader_secret.key"
"""Beside the gradebook; whoever has it can work out every student's test inputs."""
SEED = "grader_seed"
"""Key in the metadata of a notebook on its way to a worker."""
MOST = 2**31 - 10**6
SHORTEST = 32
OTHERS = 0o077


def course_secret(folder: Path) -> bytes:
    """The course's secret, made on the first call, readable by its owner alone.

    Raises:
        GraderError: if there is a file in its place that holds none.
    """
    path = folder / FILE
    with suppress(FileExistsError):
        part = path.with_name(f".{FILE}.{os.getpid()}")
        handle = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
        with os.fdopen(handle, "w", encoding="ascii") as file:
            file.write(secrets.token_hex(SHORTEST))
        try:
            os.link(part, path)  # whole or not at all, and never over one that is there
        finally:
            part.unlink()
    text = b"" if path.is_symlink() else path.read_bytes().strip()
    if len(text) < SHORTEST:
        raise GraderError(
            f"{path} holds no secret; put back a copy, or remove it for a new one."
        )
    if path.stat().st_mode & OTHERS:  # a copy, from an archive or a disk without rights
        with suppress(OSError):
            path.chmod(0o600)
    return text


def seed(secret: bytes, problem_set: str, student: str, work: Sequence[str] = ()) -> int:
    """The seed of one submission: the same each time it is graded.

    Args:
        secret: the course's.
        problem_set: its name.
        student: the id.
        work: what was handed in. With it another version meets other inputs: what feedback
            said of the ones before, or a notebook wrote down of them, is of no use to it.
    """
    told = hashlib.sha256(json.dumps(list(work)).encode()).hexdigest()
    words = f"{problem_set}\0{student}\0{told}".encode("utf-8", "surrogateescape")
    found = hmac.new(secret, words, hashlib.sha256).digest()
    return int.from_bytes(found[:8], "big") % MOST
