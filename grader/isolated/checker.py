"""The checker: runs the instructor's cells and gives each test cell its points.

It is a plain Python process. One socket leads to the grader, which sends cells and hears how
they ended; the other leads to the student's kernel, through which the student's names are had.
"""

from __future__ import annotations

import ast
import math
import numbers
import os
import random
import socket
import sys
import traceback
import types
from typing import Any

from .frames import ChannelError, Wire
from .lending import CheckerPeer, derived
from .protocol import numpy_module, torch_module
from .proxies import RemoteObject

MISFIT = (
    "A weight came back with another shape or dtype, or an optimizer or a random number "
    "generator with a state that does not fit it. | 가중치의 모양이나 dtype이 바뀌었거나, "
    "옵티마이저나 난수 발생기의 상태가 맞지 않습니다."
)
NOT_A_NUMBER = (
    "The check ended with {!r} where a number of points from 0 to {:g} or nothing was expected."
)


class Checker:
    """Runs cells as the grader tells it to."""

    def __init__(self, control: Wire, peer: CheckerPeer, names: list[str], seed: int) -> None:
        self.control, self.peer, self.names, self.seed = control, peer, names, seed
        main = types.ModuleType("__main__")
        sys.modules["__main__"] = main  # classes of the cells go by a name the kernel has too
        self.namespace = main.__dict__

    def loop(self) -> None:
        """Do what the grader says until it hangs up."""
        while True:
            message, _ = self.control.receive()
            what, name, source, points = message
            if what == "run":
                self.control.send(self._run(name, source), [])
            else:
                self.control.send(self._test(name, source, points), [])
                self.peer.finish()

    def _run(self, name: str, source: str) -> list[Any]:
        self._forget_names()  # of the test cell before: nobody answers for them now
        try:
            exec(compile(source, f"<{name}>", "exec"), self.namespace)
        except BaseException as error:
            return ["failed", type(error).__name__, str(error)[:2000]]
        return ["done", None, ""]

    def _test(self, name: str, source: str, points: float) -> list[Any]:
        """Points for a test cell: all unless it raises or ends with a number."""
        try:
            own = derived(self.seed, name)
            random.seed(own)
            numpy, torch = numpy_module(), torch_module()
            if numpy is not None:
                numpy.random.seed(own % 2**32)
            if torch is not None:
                torch.manual_seed(own)
            self.peer.forget()
            self.peer.answered = True
            self._fetch_names()
            value = run_cell(source, name, self.namespace)
        except BaseException as error:
            if isinstance(error, ChannelError):
                return ["channel", type(error).__name__, _message(error)]
            found = ["failed", type(error).__name__, _message(error)]
            return ["failed", "StudentError", MISFIT] if self.peer.misfit else found
        finally:
            self.peer.answered = False
        if self.peer.misfit:
            return ["failed", "StudentError", MISFIT]
        if value is None:
            return ["points", float(points), ""]
        if not is_points(value, points):
            return ["failed", "ValueError", NOT_A_NUMBER.format(str(value)[:40], points)]
        return ["points", float(value), ""]

    def _forget_names(self) -> None:
        for name in self.names:
            self.namespace.pop(name, None)

    def _fetch_names(self) -> None:
        self._forget_names()
        found = self.peer.request("names", self.names)
        if not isinstance(found, dict):
            raise ChannelError("names that make no sense")
        self.namespace.update({name: found[name] for name in self.names if name in found})


def _message(error: BaseException) -> str:
    try:
        return str(error)[:4000]
    except Exception:
        return ""


def is_points(value: Any, most: float) -> bool:
    """Whether a test cell's last value is a number of points: finite, from 0 to `most`."""
    if type(value) is RemoteObject or isinstance(value, bool):
        return False
    if not isinstance(value, numbers.Real):
        return False
    return math.isfinite(float(value)) and 0 <= float(value) <= most


def run_cell(source: str, name: str, namespace: dict[str, Any]) -> Any:
    """Run a cell; the value of its last line if that is an expression without a semicolon."""
    tree = ast.parse(source, f"<{name}>")
    last = tree.body[-1] if tree.body else None
    if not isinstance(last, ast.Expr) or source.rstrip().endswith(";"):
        exec(compile(tree, f"<{name}>", "exec"), namespace)
        return None
    tree.body.pop()
    exec(compile(tree, f"<{name}>", "exec"), namespace)
    return eval(compile(ast.Expression(last.value), f"<{name}>", "eval"), namespace)


def main(control: int, channel: int) -> None:
    """Be the checker until the grader hangs up."""
    wire = Wire(socket.socket(fileno=control))
    (names, seed), _ = wire.receive()
    os.environ["GRADER_CHECK_SEED"] = str(seed)
    peer = CheckerPeer(Wire(socket.socket(fileno=channel)))
    try:
        Checker(wire, peer, names, seed).loop()
    except ChannelError:
        pass  # the grader has hung up, or the student's kernel has gone for good
    except BaseException:
        traceback.print_exc()
        raise
