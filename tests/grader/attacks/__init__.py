"""Notebooks that try to gain points without solving anything, or to reach what is not theirs.

Each is the tiny problem set with wrong answers. `first` is run before everything else; `add`
and `share` replace the answers. `forgeable` marks those that gain points in compat mode, where
tests run in the student's own kernel; in isolated mode none may gain any. One that reaches what
it should not prints a word in two parts, so that a traceback with the line in it does not.
"""

from __future__ import annotations

from .attack import Attack
from .for_points import FOR_POINTS
from .out_of_the_sandbox import OUT_OF_THE_SANDBOX

ATTACKS: dict[str, Attack] = {**FOR_POINTS, **OUT_OF_THE_SANDBOX}
