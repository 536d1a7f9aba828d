"""What the checker holds of the student's: proxies that ask the student's side.

A proxy can be called and has the attributes, items and methods its original has over there.
It is equal to itself alone and has no truth value: a comparison that the student's own code
answers would prove nothing.
"""

from __future__ import annotations

import builtins
import sys
from collections.abc import Iterator
from typing import Any

from .protocol import KNOWN_TYPES

NO_TRUTH = (
    "{} is an object of the student's: compare its values, such as numbers and tensors, in "
    "place of the object itself"
)


ENDS = (StopIteration, StopAsyncIteration)
"""Out of a call these would end a loop of the checker's, such as that of `map`, early."""


class StudentError(Exception):
    """An exception of a class that the checker does not know."""


class RemoteObject:
    """Something that stays with the student: a function, a class, a net, any object."""

    __slots__ = ("__weakref__", "_handle", "_known", "_label", "_peer")

    def __init__(self, peer: Any, handle: int, known: type | None, label: str) -> None:
        object.__setattr__(self, "_peer", peer)
        object.__setattr__(self, "_handle", handle)
        object.__setattr__(self, "_known", known)
        object.__setattr__(self, "_label", label)

    @property  # type: ignore[misc]
    def __class__(self) -> type:
        # `isinstance(net, nn.Module)` holds for a net over there.
        return self._known or RemoteObject

    @property
    def __name__(self) -> str:
        return str(self._label)

    def __call__(self, *arguments: Any, **named: Any) -> Any:
        return self._peer.request("call", self, list(arguments), named)

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return self._peer.request("get", self, name)

    def __setattr__(self, name: str, value: Any) -> None:
        self._peer.request("set", self, name, value)

    def __getitem__(self, key: Any) -> Any:
        return self._do("getitem", key)

    def __setitem__(self, key: Any, value: Any) -> None:
        self._do("setitem", key, value)

    def __delitem__(self, key: Any) -> None:
        self._do("delitem", key)

    def __contains__(self, key: Any) -> bool:
        return _exactly(bool, self._do("contains", key))

    def __len__(self) -> int:
        return _exactly(int, self._do("len"))

    def __iter__(self) -> Iterator[Any]:
        return iter(_Items(self._do("iter")))

    def __next__(self) -> Any:
        return next(_Items(self))

    def __enter__(self) -> Any:
        return self._do("enter")

    def __exit__(self, *_: object) -> None:
        self._do("exit")

    def __deepcopy__(self, _: Any) -> Any:
        return self._do("deepcopy")

    def __copy__(self) -> Any:
        return self._do("copy")

    def __dir__(self) -> list[str]:
        return [str(name) for name in self._do("dir")]

    def __bool__(self) -> bool:
        raise TypeError(NO_TRUTH.format(self._label))

    def __eq__(self, other: object) -> bool:
        return self is other

    def __hash__(self) -> int:
        return id(self)

    def __repr__(self) -> str:
        return f"<the student's {self._label}>"

    def __reduce_ex__(self, _: Any) -> Any:
        raise TypeError("an object of the student's cannot be pickled")

    def _do(self, what: str, *arguments: Any) -> Any:
        return self._peer.request("do", what, self, list(arguments))


class _Items:
    """Goes through an iterator over there, item by item."""

    def __init__(self, remote: Any) -> None:
        self.remote = remote

    def __iter__(self) -> _Items:
        return self

    def __next__(self) -> Any:
        if type(self.remote) is not RemoteObject:
            raise TypeError("the student's object gives no iterator")
        found = self.remote._do("next")
        if type(found) is not list:
            raise TypeError("the student's iterator makes no sense")
        if not found:
            raise StopIteration
        return found[0]


def _exactly(kind: type, value: Any) -> Any:
    if type(value) is not kind:
        raise TypeError(f"expected {kind.__name__}, got {type(value).__name__}")
    return value


def known_class(module: Any, name: Any) -> type | None:
    """A class of this name that the checker has loaded itself and that does no harm.

    Classes of nets and optimizers of torch and dlcourse, and Python's plain types.
    """
    if type(module) is not str or type(name) is not str:
        return None
    if module == "builtins" and name in KNOWN_TYPES:
        return getattr(builtins, name)
    torch = sys.modules.get("torch")
    if torch is None or not (module.startswith("torch.nn.") or module.startswith("dlcourse.")):
        return None
    found: Any = sys.modules.get(module)
    for part in name.split("."):
        found = None if found is None else vars(found).get(part)
    if isinstance(found, type) and issubclass(found, torch.nn.Module):
        return found
    return None


def revive(module: Any, name: Any, message: Any) -> Exception:
    """The exception of this name, or one that names it."""
    text = str(message)[:2000]
    found = (
        getattr(builtins, name, None) if type(name) is str and module == "builtins" else None
    )
    if isinstance(found, type) and issubclass(found, Exception) and found not in ENDS:
        try:
            return found(text)
        except TypeError:  # UnicodeDecodeError and its like want more than a message
            pass
    return StudentError(f"{name}: {text}")
