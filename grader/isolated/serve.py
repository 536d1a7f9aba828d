"""The student's side of the channel: does what the checker asks, with what the notebook made.

Nothing here is protected from the student, and nothing needs to be: only values that go back
to the checker count.
"""

from __future__ import annotations

import builtins
import copy
import operator
import random
import socket
from collections.abc import Callable
from typing import Any

from . import describe, shared
from .frames import ChannelError, Wire
from .peer import MINE, NAMED, NEW, YOURS, Peer, PeerDecoder, PeerEncoder
from .protocol import KNOWN_TYPES, is_number, numpy_module, torch_module

BY_VALUE = (str, bytes, bytearray, int, float, complex, list, tuple, dict, set, frozenset)
BY_VALUE_ALONE = (type(None), slice, range, type(...))
DO: dict[str, Callable[..., Any]] = {
    "getitem": operator.getitem,
    "setitem": operator.setitem,
    "delitem": operator.delitem,
    "contains": operator.contains,
    "len": len,
    "iter": iter,
    "next": lambda items: [found for _, found in zip((0,), items)],  # noqa: B905
    "enter": lambda manager: manager.__enter__(),
    "exit": lambda manager: manager.__exit__(None, None, None),
    "deepcopy": copy.deepcopy,
    "copy": copy.copy,
    "dir": dir,
}


class Borrowed:
    """An object of the checker's, of which only public names can be had."""

    def __init__(self, peer: Peer, number: int, label: str) -> None:
        vars(self).update(_peer=peer, _number=number, _label=label)

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(name)
        return self._peer.request("get", self, name)

    def __call__(self, *arguments: Any, **named: Any) -> Any:
        return self._peer.request("call", self, list(arguments), named)

    def __getitem__(self, key: Any) -> Any:
        return self._peer.request("do", "getitem", self, [key])

    def __contains__(self, key: Any) -> bool:
        return bool(self._peer.request("do", "contains", self, [key]))

    def __len__(self) -> int:
        return int(self._peer.request("do", "len", self, []))

    def __iter__(self) -> Any:
        return self._peer.request("do", "iter", self, [])

    def __next__(self) -> Any:
        found = self._peer.request("do", "next", self, [])
        if not found:
            raise StopIteration
        return found[0]

    def __repr__(self) -> str:
        return f"<the checker's {self._label}>"


class StudentPeer(Peer):
    """The student's end of the channel."""

    def __init__(self, wire: Wire, namespace: dict[str, Any]) -> None:
        super().__init__(wire)
        self.namespace = namespace
        self.objects: list[Any] = []
        self.numbers: dict[int, int] = {}
        self.stubs: dict[int, Any] = {}
        self.stub_numbers: dict[int, int] = {}
        self.interrupted = False

    def encode_object(self, encoder: PeerEncoder, value: Any, depth: int) -> Any:
        """Stand-ins go back as what they stand for; what is not plain stays here."""
        number = self.stub_numbers.get(id(value))
        if number is not None and self.stubs.get(number) is value:
            return [YOURS, number]
        if isinstance(value, BY_VALUE) and not hasattr(value, "_fields"):
            return None
        if type(value) in BY_VALUE_ALONE:
            return None
        numpy = numpy_module()
        if numpy is not None and isinstance(value, numpy.generic | numpy.ndarray):
            return None if is_number(value.dtype) else self._mine(value)
        if isinstance(value, type) and _is_known(value):
            return [NAMED, value.__module__, value.__qualname__]
        return self._mine(value)

    def _mine(self, value: Any) -> Any:
        number = self.numbers.get(id(value))
        if number is None or self.objects[number] is not value:
            number = self.numbers[id(value)] = len(self.objects)
            self.objects.append(value)
        label = getattr(value, "__name__", type(value).__name__)
        return [MINE, number, *_known(type(value)), str(label)[:100]]

    def decode_object(
        self, decoder: PeerDecoder, tag: int, items: list[Any], depth: int
    ) -> Any:
        """Build stand-ins; find functions by their names."""
        if tag == YOURS:
            return self.objects[items[0]]
        if tag == NAMED:
            return describe.find(items[0], items[1], self.namespace)
        if tag == MINE:
            return self._stub(*items)
        if tag != NEW:
            raise ChannelError("a message that makes no sense")
        key, kind, told = items
        made = describe.build(kind, decoder.decode(told, depth + 1), self.namespace)
        self.registry.add(made, kind, key)
        if kind == shared.MODULE:
            self.registry.entries[key].members = describe.members(made, self.registry)
        self.registry.agree(key)
        return made

    def _stub(self, number: int, is_function: bool, label: str) -> Any:
        if number not in self.stubs:
            made = self._function(label) if is_function else Borrowed(self, number, label)
            self.stubs[number] = made
            self.stub_numbers[id(made)] = number
        return self.stubs[number]

    def _function(self, label: str) -> Any:
        def call(*arguments: Any, **named: Any) -> Any:
            return self.request("call", call, list(arguments), named)

        call.__name__ = call.__qualname__ = label
        return call

    def handle(self, name: str, items: list[Any]) -> Any:
        """Do what the checker asks."""
        if self.interrupted:
            raise KeyboardInterrupt
        if name == "call":
            return items[0](*items[1], **items[2])
        if name == "get":
            return getattr(items[0], items[1])
        if name == "set":
            return setattr(*items)
        if name == "do":
            return DO[items[0]](items[1], *items[2])
        if name == "names":
            return {name: self.namespace[name] for name in items[0] if name in self.namespace}
        if name == "products":
            return self.products(*items)
        if name == "seed":
            return seed(items[0])
        self.forget()
        return None

    def forget(self) -> None:
        """Forget what belongs to one test cell."""
        super().forget()
        self.stubs.clear()
        self.stub_numbers.clear()

    def describe_error(self, error: BaseException) -> list[Any]:
        """Class, message, and which exception of the checker's it was, if it was one."""
        kind = type(error)
        try:
            text = str(error)[:2000]
        except Exception:
            text = ""
        return [kind.__module__, kind.__qualname__, text, getattr(error, "_of_checker", None)]

    def revive_error(self, told: Any) -> BaseException:
        """The checker's exception, by name alone."""
        name, number = told
        found = getattr(builtins, name, RuntimeError)
        error: Any
        try:
            error = found("raised by the checker")
        except TypeError:
            error = RuntimeError(name)
        error._of_checker = number
        return error

    def serve(self) -> None:
        """Answer the checker until it says that the test cell is done."""
        self.interrupted = False
        while True:
            try:
                kind, body = self.receive({})
                if isinstance(body, list) and body == ["done"]:
                    return
                self.answer(kind, body)
            except KeyboardInterrupt:
                self.interrupted = True  # the cell has run out of time; say so if asked


def _known(kind: type) -> tuple[str, str]:
    """The first class known to everybody among an object's classes."""
    for base in kind.__mro__:
        if base.__module__.startswith(("torch.nn.", "dlcourse.")):
            return base.__module__, base.__qualname__
    return "", ""


def _is_known(kind: type) -> bool:
    if kind.__module__ == "builtins":
        return kind.__name__ in KNOWN_TYPES
    torch = torch_module()
    in_torch = torch is not None and kind.__module__.startswith("torch.nn.modules.")
    return in_torch and issubclass(kind, torch.nn.Module)


def seed(number: int) -> None:
    """Seed all generators that belong to nobody."""
    random.seed(number)
    numpy, torch = numpy_module(), torch_module()
    if numpy is not None:
        numpy.random.seed(number % 2**32)
    if torch is not None:
        torch.manual_seed(number)


def start(descriptor: int, namespace: dict[str, Any]) -> StudentPeer:
    """Be ready to serve the checker at the other end of a socket."""
    return StudentPeer(Wire(socket.socket(fileno=descriptor)), namespace)
