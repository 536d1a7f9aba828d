"""The checker's end of the channel: what it lends, what it believes, and how it asks."""

from __future__ import annotations

import hashlib
import types
from typing import Any

from . import describe, shared
from .frames import ChannelError, MisfitError, Wire
from .peer import MINE, NAMED, NEW, YOURS, Peer, PeerDecoder, PeerEncoder
from .protocol import torch_module
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
NOT_ANSWERED = "the student's functions answer in test cells alone, not in a locked cell"


class CheckerPeer(Peer):
    """The checker's end of the channel: trusts nothing that comes from the other."""

    def __init__(self, wire: Wire) -> None:
        super().__init__(wire)
        self.proxies: dict[int, RemoteObject] = {}
        self.exposed: list[Any] = []
        self.numbers: dict[int, int] = {}
        self.errors: list[BaseException] = []
        self.answered = False
        """Whether the student's kernel answers now: while a test cell runs."""
        self.misfit = False
        """Whether a change of the student's did not fit: the test cell fails, and no other."""
        self.seeded: int | None = None

    def request(self, name: str, *items: Any) -> Any:
        """Ask the student's side, which draws anew where a test has set a seed."""
        if not self.answered:
            raise RuntimeError(NOT_ANSWERED)
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

    def note_misfit(self, error: MisfitError) -> None:
        """Go on without it; the test cell cannot pass any more."""
        self.misfit = True

    def forget(self) -> None:
        """Begin a test cell with nothing shared."""
        super().request("forget")
        super().forget()
        self.misfit = False
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
