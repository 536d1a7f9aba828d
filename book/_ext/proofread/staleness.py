"""The lock of the translations: which Korean was written for which English.

`korean.lock` holds a line for each pair: a hash of the English and one of the Korean. When
the English of a pair changes and its Korean stays, the pair is stale.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from .pairs import Pair

Hashes = tuple[str, str]


def hashes(pair: Pair) -> Hashes:
    """Hashes of both texts; line breaks and runs of spaces count as one space."""
    english, korean = (
        hashlib.sha256(" ".join(text.split()).encode()).hexdigest()[:12]
        for text in (pair.english, pair.korean)
    )
    return english, korean


@dataclass(frozen=True)
class State:
    """The pairs of one file, sorted by what the lock knows of them."""

    known: list[Pair]
    stale: list[Pair]
    new: list[Pair]


def compare(pairs: Iterable[Pair], locked: Iterable[Hashes]) -> State:
    """Sort the pairs of a file against its entries in the lock."""
    state = State([], [], [])
    noted = set(locked)
    pairs = list(pairs)
    present = {hashes(pair) for pair in pairs}
    # A Korean text whose English is gone: whoever carries it now has changed English.
    orphaned = {korean for english, korean in noted - present}
    for pair in pairs:
        mine = hashes(pair)
        if mine in noted:
            state.known.append(pair)
        elif mine[1] in orphaned:
            state.stale.append(pair)
        else:
            state.new.append(pair)
    return state


def read_lock(path: Path) -> dict[str, list[Hashes]]:
    """The lock's entries by file; empty where there is no lock yet."""
    if not path.is_file():
        return {}
    stored = json.loads(path.read_text(encoding="utf-8"))
    return {
        name: [tuple(entry.split()) for entry in entries] for name, entries in stored.items()
    }


def write_lock(path: Path, entries: dict[str, list[Hashes]]) -> None:
    """Write the lock, one pair a line, so that a difference shows what changed."""
    texts = {name: [" ".join(pair) for pair in entries[name]] for name in sorted(entries)}
    path.write_text(json.dumps(texts, indent=0, ensure_ascii=False) + "\n", encoding="utf-8")
