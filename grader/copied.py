"""Look for code that two students share and the release version does not have.

Token by token, so that other names, comments and spaces hide nothing: winnowing, after
Schleimer, Wilkerson and Aiken (2003), "Winnowing: local algorithms for document
fingerprinting", over the tokens of the Pygments lexer. What it finds is a reason to read two
notebooks side by side, no proof of anything.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, fields

import numpy as np
from pygments.lexers import PythonLexer  # type: ignore[import-untyped]
from pygments.token import (  # type: ignore[import-untyped]
    Comment,
    Literal,
    Name,
    Number,
    String,
    Whitespace,
)
from scipy import sparse
from traitlets.config import Config

from .errors import GraderError
from .markup import LONG_GAP, MOST_TEXT


@dataclass(frozen=True)
class CopyCheck:
    """How the look is taken. A course's config sets any of them: `c.CopyCheck.<name>`."""

    threshold: float = 0.8
    """Share of the shorter one's fingerprints from which a pair is named, above 0 up to 1."""
    tokens: int = 12
    """Tokens in a row that must agree to count at all."""
    window: int = 8
    """Of so many such runs in a row one is kept: any copy of tokens + window - 1 is found."""
    least: int = 10
    """Fingerprints below which an answer is too short to tell anything."""
    usual: float = 0.5
    """What more than this share of the class has is usual, not copied."""

    def __post_init__(self) -> None:
        for name, value in asdict(self).items():
            whole = name in ("tokens", "window", "least")
            good = isinstance(value, int if whole else int | float) and value > 0
            if isinstance(value, bool) or not good or (not whole and value > 1):
                kind = "a whole number above 0" if whole else "a number above 0 and at most 1"
                raise GraderError(f"CopyCheck.{name} must be {kind}, not {value!r}.")

    @classmethod
    def from_config(cls, config: Config, **given: float) -> CopyCheck:
        """Read the `CopyCheck` section of a course's configuration.

        Raises:
            GraderError: for a name or value that is none.
        """
        settings = {**config.get("CopyCheck", {}), **given}
        known = [field.name for field in fields(cls)]
        unknown = sorted(set(settings) - set(known))
        if unknown:
            raise GraderError(
                f"CopyCheck.{unknown[0]} is no setting; the settings are {', '.join(known)}."
            )
        return cls(**settings)


@dataclass(frozen=True)
class Pair:
    """Two students whose code is alike."""

    first: str
    second: str
    alike: float
    """Share of the shorter one's fingerprints that the other has too, names made equal."""
    same_words: float
    """The same with names, numbers and texts as they are."""


def find_pairs(
    code: Mapping[str, list[str]], released: list[str], check: CopyCheck
) -> list[Pair]:
    """All pairs at or above the threshold, most alike first.

    Args:
        code: the sources of each student's code cells.
        released: the sources of the release version's, which everybody has.
        check: how to look.
    """
    students = sorted(code)
    alike = _shares(students, code, released, check, plain=False)
    words = _shares(students, code, released, check, plain=True)
    first, second = np.nonzero(np.triu(alike >= check.threshold, k=1))
    pairs = [
        Pair(students[i], students[j], float(alike[i, j]), float(words[i, j]))
        for i, j in zip(first, second, strict=True)
    ]
    return sorted(pairs, key=lambda pair: (-pair.alike, -pair.same_words, pair.first))


def _shares(
    students: list[str],
    code: Mapping[str, list[str]],
    released: list[str],
    check: CopyCheck,
    *,
    plain: bool,
) -> np.ndarray:
    """For each two students, the share of the shorter one's fingerprints both have."""
    base = {found for source in released for found in _runs(source, check, plain=plain)}
    prints = [fingerprints(code[student], check, plain=plain) - base for student in students]
    places: dict[int, int] = {}
    columns = [[places.setdefault(mark, len(places)) for mark in marks] for marks in prints]
    lengths = [len(row) for row in columns]
    table = sparse.csr_matrix(
        (
            np.ones(sum(lengths), dtype=np.float32),
            np.array([column for row in columns for column in row], dtype=np.int64),
            np.cumsum([0, *lengths]),
        ),
        shape=(len(students), max(len(places), 1)),
    )
    table = table[:, _unusual(table, check)]
    both = (table @ table.T).toarray()
    own = both.diagonal()
    shorter = np.minimum(own[:, None], own[None, :])
    return np.where(shorter >= check.least, both / np.maximum(shorter, 1), 0.0)


def _unusual(table: sparse.csr_matrix, check: CopyCheck) -> np.ndarray:
    """Columns that not too many have; in a class of a few nothing is usual."""
    held_by = np.asarray(table.sum(axis=0)).ravel()
    return held_by <= max(check.usual * table.shape[0], 4)


def fingerprints(sources: Iterable[str], check: CopyCheck, *, plain: bool = False) -> set[int]:
    """The winnowed hashes of some cells: of each window the least, the last one of equals."""
    kept: set[int] = set()
    for source in sources:
        runs = _runs(source, check, plain=plain)
        width = min(check.window, len(runs))
        for start in range(len(runs) - width + 1 if runs else 0):
            kept.add(min(runs[start : start + width]))
    return kept


def _runs(source: str, check: CopyCheck, *, plain: bool) -> list[int]:
    """A hash for each run of so many tokens."""
    found = tokens(source, plain=plain)
    return [
        _hash(found[start : start + check.tokens])
        for start in range(len(found) - check.tokens + 1)
    ]


def _hash(run: list[str]) -> int:
    digest = hashlib.blake2b("\0".join(run).encode("utf-8", "replace"), digest_size=8)
    return int.from_bytes(digest.digest(), "big")


def tokens(source: str, *, plain: bool = False) -> list[str]:
    """The tokens of Python code, without comments, docstrings and spaces.

    Names, numbers and texts become one letter each, unless `plain`.
    """
    if LONG_GAP.search(source):  # the lexer tries each way to divide a gap
        source = " ".join(source.split())
    found: list[str] = []
    for kind, text in PythonLexer().get_tokens(source[:MOST_TEXT]):
        text = text.strip()
        if not text or kind in Comment or kind in Whitespace or kind in String.Doc:
            continue
        if plain:
            found.append(text)
        elif kind in Number:
            found.append("0")
        elif kind in Literal:
            # A text comes in pieces: quotes, what is between them, escapes.
            if not found or found[-1] != "S":
                found.append("S")
        elif kind in Name and kind not in Name.Builtin:
            found.append("N")
        else:
            found.append(text)
    return found
