"""Keep hidden tests and mark schemes off what students see."""

from __future__ import annotations

import re

from traitlets.config import Config

BLACK = "▒▒▒"
SHORTEST_SECRET = 12


class Hidden:
    """The hidden lines of a problem set.

    Args:
        sources: full source of each released cell, by grade id.
        config: the course's, which may name other marks than nbgrader's.
    """

    def __init__(self, sources: dict[str, str], config: Config) -> None:
        tests, scheme = config.ClearHiddenTests, config.ClearMarkScheme
        self.marks = [
            (
                tests.get("begin_test_delimeter", "BEGIN HIDDEN TESTS"),
                tests.get("end_test_delimeter", "END HIDDEN TESTS"),
            ),
            (
                scheme.get("begin_mark_scheme_delimeter", "BEGIN MARK SCHEME"),
                scheme.get("end_mark_scheme_delimeter", "END MARK SCHEME"),
            ),
        ]
        self.cells: set[str] = set()
        """Grade ids of the cells with a hidden part."""
        self.lines: set[str] = set()
        for name, source in sources.items():
            secret = self._split(source)[1]
            if secret:
                self.cells.add(name)
            self.lines.update(line.strip() for line in secret if _tells(line.strip()))

    def cut_out(self, source: str) -> str:
        """`source` without its hidden parts."""
        return "\n".join(self._split(source)[0])

    def black_out(self, text: str) -> str:
        """`text` with every hidden line in it made unreadable."""
        for line in self.lines:
            text = text.replace(line, BLACK)
        return text

    def _split(self, source: str) -> tuple[list[str], list[str]]:
        shown: list[str] = []
        secret: list[str] = []
        closing = ""
        for line in source.splitlines():
            opened = [end for begin, end in self.marks if begin in line]
            if opened and not closing:
                closing = opened[0]
            (secret if closing else shown).append(line)
            if closing and closing in line:
                closing = ""
        return shown, secret


def _tells(line: str) -> bool:
    # The words of a message may be shown, code and marks may not.
    return len(line) >= SHORTEST_SECRET and re.search(r"[=(#]|^assert\b", line) is not None
