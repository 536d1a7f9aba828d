"""One hostile notebook."""

from __future__ import annotations

import textwrap
from collections.abc import Callable
from dataclasses import dataclass

from nbformat import NotebookNode
from nbformat.v4 import new_code_cell

from ..tiny import TinyCourse

ADD, SHARE = "def add(a, b):\n    return 0", "def share(cake, people):\n    return 0"


@dataclass(frozen=True)
class Attack:
    """One hostile notebook."""

    first: str = ""
    add: str = ADD
    share: str = SHARE
    forgeable: bool = False
    slow: bool = False
    """Takes until a limit stops it."""
    change: Callable[[NotebookNode], None] | None = None
    """What is done to the notebook itself."""

    def hand_in(self, tiny: TinyCourse, name: str) -> None:
        answers = {"add": self.add, "share": self.share}
        nb = tiny.notebook(**answers)
        nb.cells.insert(0, new_code_cell(textwrap.dedent(self.first)))
        if self.change is not None:
            self.change(nb)
        tiny.submit(name, nb)
