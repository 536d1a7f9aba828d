"""The checker: runs the instructor's cells and gives each test cell its points.

It is a plain Python process. One socket leads to the grader, which sends cells and hears how
they ended; the other leads to the student's kernel, through which the student's names are had.
"""

from __future__ import annotations

import ast
import hashlib
import math
import numbers
import os
import random
import socket
import sys
import traceback
import types
from typing import Any

from . import describe, shared
from .frames import CannotSendError, ChannelError, Wire
from .peer import MINE, NAMED, NEW, YOURS, Peer, PeerDecoder, PeerEncoder
from .protocol import numpy_module, torch_module
from .proxies import ENDS, RemoteObject, known_class, revive

CALLED_ONLY = (
    types.FunctionType,
    types.BuiltinFunctionType,
    types.MethodType,
    types.BuiltinMethodType,
    type,
)
OPEN_MODULES = ("__main__", "dlcourse.", "torch.optim.lr_scheduler", "torch.utils.data")
DO = {
    "getitem": lambda held, key: held[key],
    "contains": lambda held, key: key in held,
    "len": len,
    "iter": iter,
}
MOST_EXPOSED = 100_000
NOT_A_NUMBER = (
    "The check ended with {!r} where a number of points from 0 to {:g} or nothing was expected."
)


class CheckerPeer(Peer):
    """The checker's end of the channel: trusts nothing that comes from the other."""

    def __init__(self, wire: Wire) -> None:
        super().__init__(wire)
        self.proxies: dict[int, RemoteObject] = {}
        self.exposed: list[Any] = []
        self.numbers: dict[int, int] = {}
        self.errors: list[BaseException] = []
        self.seeded: int | None = None

    def request(self, name: str, *items: Any) -> Any:
        """Ask the student's side, which draws anew where a test has set a seed."""
        torch = torch_module()
        if torch is not None and self.seeded != torch.initial_seed():
            self.seeded = torch.initial_seed()
            super().request("seed", derived(self.seeded, "student"))
        return super().request(name, *items)

    def encode_tensor(self, encoder: PeerEncoder, value: Any, depth: int) -> Any:
        """Arguments and leaves are shared; what a callback computes goes by value."""
        if encoder.asking or (value.is_leaf and value.requires_grad):
            return self._share(encoder, shared.TENSOR, value, depth)
        return encoder.graph(value)

    def encode_object(self, encoder: PeerEncoder, value: Any, depth: int) -> Any:
        """Share nets and their like, name what has a name, and keep the rest."""
        if type(value) is RemoteObject:
            return [YOURS, value._handle]
        kind = shared.kind_of(value)
        if kind is not None and (kind != shared.ARRAY or encoder.asking):
            return self._share(encoder, kind, value, depth)
        name = describe.qualified(value) if callable(value) else None
        if name is not None:
            return [NAMED, *name]
        if _only_called(value) or _is_open(value) or _is_iterator(value):
            label = getattr(value, "__name__", type(value).__name__)
            return [MINE, self._expose(value), _only_called(value), str(label)[:100]]
        return None

    def _share(self, encoder: PeerEncoder, kind: int, value: Any, depth: int) -> Any:
        if kind == shared.ARRAY and value.dtype.kind not in "biufc":
            raise CannotSendError(f"an array of {value.dtype} cannot be sent")
        key = self.registry.add(value, kind, weak=True)
        encoder.added.append(key)
        told = describe.describe(kind, value, encoder, depth + 1)
        if kind == shared.MODULE:
            self.registry.entries[key].members = describe.members(value, self.registry)
        self.registry.agree(key)
        return [NEW, key, kind, told]

    def _expose(self, value: Any) -> int:
        number = self.numbers.get(id(value))
        if number is None:
            if len(self.exposed) >= MOST_EXPOSED:
                raise ChannelError("too many objects of the checker's at once")
            number = self.numbers[id(value)] = len(self.exposed)
            self.exposed.append(value)
        return number

    def decode_object(
        self, decoder: PeerDecoder, tag: int, items: list[Any], depth: int
    ) -> Any:
        """Make proxies; find what was exposed; know a few classes by name."""
        if tag == YOURS:
            if type(items[0]) is not int or not 0 <= items[0] < len(self.exposed):
                raise ChannelError("an object that was never lent")
            return self.exposed[items[0]]
        if tag == NAMED:
            found = known_class(items[0], items[1])
            if found is None:
                raise TypeError(f"{str(items[1])[:100]} is of no use here")
            return found
        if tag != MINE or type(items[0]) is not int:
            raise ChannelError("a message that makes no sense")
        number, module, name, label = items
        if number not in self.proxies:
            if len(self.proxies) >= MOST_EXPOSED:
                raise ChannelError("too many objects of the student's at once")
            known = known_class(module, name)
            self.proxies[number] = RemoteObject(self, number, known, str(label)[:100])
        return self.proxies[number]

    def handle(self, name: str, items: list[Any]) -> Any:
        """Let the student's code call what a test has given it, and nothing else."""
        if name == "call":
            function, arguments, named = items
            self._check_lent(function)
            return function(*arguments, **named)
        if name == "get":
            held, word = items
            self._check_lent(held)
            if not _is_open(held) or type(word) is not str or word.startswith("_"):
                raise AttributeError(str(word)[:100])
            return getattr(held, word)
        if name == "products":
            return self.products(*items)
        if name == "do":
            what, held, arguments = items
            self._check_lent(held)
            if what == "next" and _is_iterator(held):
                return [found for _, found in zip((0,), held)]  # noqa: B905
            if not _is_open(held) or what not in DO:
                raise TypeError(f"{str(what)[:20]} is not possible with this object")
            return DO[what](held, *arguments)  # type: ignore[operator]
        raise ChannelError("a message that makes no sense")

    def _check_lent(self, held: Any) -> None:
        if type(held) is RemoteObject or self.numbers.get(id(held)) is None:
            raise ChannelError("an object that was never lent")

    def describe_error(self, error: BaseException) -> list[Any]:
        """The name alone: a message may hold what is hidden."""
        self.errors.append(error)
        return [type(error).__name__, len(self.errors) - 1]

    def revive_error(self, told: Any) -> BaseException:
        """The student's exception, or the checker's own that has passed through there."""
        if not isinstance(told, list) or len(told) != 4:
            raise ChannelError("an exception that makes no sense")
        module, name, message, number = told
        if type(number) is int and 0 <= number < len(self.errors):
            found = self.errors[number]
            return RuntimeError("an iterator ended") if isinstance(found, ENDS) else found
        return revive(module, name, message)

    def forget(self) -> None:
        """Begin a test cell with nothing shared."""
        super().request("forget")
        super().forget()
        self.exposed.clear()
        self.numbers.clear()
        self.errors.clear()
        self.seeded = None

    def finish(self) -> None:
        """Let the student's kernel go on."""
        self.wire.send([0, [], [], [0, "done"]], [])


def _only_called(value: Any) -> bool:
    return isinstance(value, CALLED_ONLY) or type(value).__module__ == "functools"


def _is_open(value: Any) -> bool:
    """Whether the student's code may read public names: objects of classes made for it."""
    if isinstance(value, (*CALLED_ONLY, types.ModuleType)):
        return False
    module = type(value).__module__
    return any(module == name or module.startswith(name) for name in OPEN_MODULES)


def _is_iterator(value: Any) -> bool:
    return hasattr(type(value), "__next__")


def derived(seed: int, word: str) -> int:
    """A seed that says nothing about the one it is made from."""
    found = hashlib.sha256(f"{seed}|{word}".encode()).digest()
    return int.from_bytes(found[:6], "big")


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
            self._fetch_names()
            value = run_cell(source, name, self.namespace)
        except BaseException as error:
            trouble = "channel" if isinstance(error, ChannelError) else "failed"
            return [trouble, type(error).__name__, _message(error)]
        if value is None:
            return ["points", float(points), ""]
        if not is_points(value, points):
            return ["failed", "ValueError", NOT_A_NUMBER.format(str(value)[:40], points)]
        return ["points", float(value), ""]

    def _fetch_names(self) -> None:
        for name in self.names:
            self.namespace.pop(name, None)
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
