"""Objects of the checker that have a stand-in at the student's: tensors, nets, optimizers.

The checker registers an object under a number and sends a plain description of it; the
student's side builds a stand-in. From then on every message of either side carries what has
changed in its own copy since the last one. A net is described by its class's name, its plain
attributes, its weights and buffers; an optimizer by its groups and state; a generator of random
numbers by its state.
"""

from __future__ import annotations

import random
import weakref
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any

import msgpack  # type: ignore[import-untyped]

from . import changes
from .frames import ChannelError, MisfitError
from .protocol import LIST, Encoder, numpy_module, tensor_bytes, torch_module

TENSOR, MODULE, OPTIMIZER, GENERATOR, NUMPY_GENERATOR, RANDOM, ARRAY = range(7)
MOST_SHARED = 20_000


def kind_of(value: Any) -> int | None:
    """Which kind of shared object a value is; None if it is none."""
    torch, numpy = torch_module(), numpy_module()
    if torch is not None:
        if isinstance(value, torch.Tensor):
            return TENSOR
        if isinstance(value, torch.nn.Module):
            return MODULE
        if isinstance(value, torch.optim.Optimizer):
            return OPTIMIZER
        if isinstance(value, torch.Generator):
            return GENERATOR
    if numpy is not None:
        if isinstance(value, numpy.random.Generator):
            return NUMPY_GENERATOR
        if isinstance(value, numpy.ndarray):
            return ARRAY
    return RANDOM if type(value) is random.Random else None


@dataclass
class Entry:
    """One shared object on this side."""

    kind: int
    object: Callable[[], Any]
    """Gives the object, or None once it is gone."""
    seen: Any = None
    """What it was like when both sides last agreed."""
    members: tuple[dict[str, int], ...] = ()
    """For a net: numbers of its parameters and buffers by name."""
    weight: bool = False
    """For a tensor: whether it is trained, or was when it was first shared."""


class Registry:
    """The shared objects of one test cell, by number."""

    def __init__(self) -> None:
        self.entries: dict[int, Entry] = {}
        self.keys: dict[int, int] = {}
        self.dropped: list[int] = []
        self._last = 0

    def clear(self) -> None:
        """Forget everything."""
        self.entries.clear()
        self.keys.clear()
        self.dropped.clear()

    def key(self, value: Any) -> int | None:
        """The number of an object that is shared already."""
        key = self.keys.get(id(value))
        entry = None if key is None else self.entries.get(key)
        return key if entry is not None and entry.object() is value else None

    def add(self, value: Any, kind: int, key: int | None = None, weak: bool = False) -> int:
        """Share an object, under a new number if none is given."""
        if len(self.entries) >= MOST_SHARED:
            raise ChannelError("too many objects shared at once")
        if key is None:
            self._last += 1
            key = self._last
        if weak and kind in (TENSOR, ARRAY):
            entry = Entry(kind, weakref.ref(value, partial(self._gone, key)))
        else:
            entry = Entry(kind, lambda: value)
        entry.weight = kind == TENSOR and _is_weight(value)
        self.entries[key] = entry
        self.keys[id(value)] = key
        return key

    def _gone(self, key: int, _: object) -> None:
        if self.entries.pop(key, None) is not None:
            self.dropped.append(key)

    def drop(self, keys: list[int]) -> None:
        """Forget objects that the other side no longer has."""
        for key in keys:
            entry = self.entries.pop(key, None)
            if entry is not None:
                self.keys.pop(id(entry.object()), None)

    def replace(self, key: int, value: Any) -> None:
        """Let another object, put in its place by an assignment, be the shared one."""
        self.entries[key].object = lambda: value
        self.keys[id(value)] = key

    def live(self) -> Iterator[tuple[int, Entry, Any]]:
        """All shared objects that still exist."""
        for key, entry in list(self.entries.items()):
            value = entry.object()
            if value is not None:
                yield key, entry, value

    def trainable(self) -> list[tuple[int, Any]]:
        """The shared tensors that gradients may flow to."""
        return [
            (key, value)
            for key, entry, value in self.live()
            if entry.kind == TENSOR and value.requires_grad
        ]

    def changes(self, encoder: Encoder) -> list[Any]:
        """What has changed here since both sides last agreed; they agree afterwards."""
        for _, entry, value in self.live():
            if entry.kind == MODULE:
                self._follow_assignments(entry, value)
        found = []
        for key, entry, value in self.live():
            now = fingerprint(entry.kind, value)
            if now != entry.seen:
                entry.seen = now
                found.append([key, state(entry.kind, value, encoder)])
        return found

    def _follow_assignments(self, entry: Entry, net: Any) -> None:
        for names, kept in zip(entry.members, (net._parameters, net._buffers), strict=True):
            for name, key in names.items():
                value = kept.get(name)
                if value is None or key not in self.entries:
                    continue
                if self.entries[key].object() is not value:
                    self.replace(key, value)

    def agree(self, key: int) -> None:
        """Note that both sides now have the same."""
        entry = self.entries[key]
        entry.seen = fingerprint(entry.kind, entry.object())

    def apply(self, key: Any, told: Any) -> None:
        """Take over a change from the other side.

        Raises:
            MisfitError: if it does not fit the object.
        """
        entry = self.entries.get(key) if type(key) is int else None
        value = None if entry is None else entry.object()
        if entry is None or value is None:
            return
        # What holds a weight or a buffer of a net trusts it to keep its size.
        fixed = (entry.weight or self._in_a_net(key),) if entry.kind == TENSOR else ()
        try:
            APPLY[entry.kind](value, told, *fixed)
        except Exception as error:  # whatever a value that does not fit makes torch raise
            raise MisfitError(f"a change that does not fit ({type(error).__name__})") from None
        self.agree(key)

    def _in_a_net(self, key: int) -> bool:
        return any(
            key in names.values() for entry in self.entries.values() for names in entry.members
        )


def _is_weight(value: Any) -> bool:
    return bool(value.requires_grad) or isinstance(value, torch_module().nn.Parameter)


def fingerprint(kind: int, value: Any) -> Any:
    """Something equal to itself just as long as the object does not change."""
    if kind == TENSOR:
        grad = value.grad if value.is_leaf else None
        left = None if grad is None else tensor_bytes(grad)
        return value.shape, value.dtype, value.requires_grad, tensor_bytes(value), left
    if kind == ARRAY:
        return value.shape, value.dtype, value.tobytes()
    if kind == MODULE:
        return value.training
    if kind == GENERATOR:
        return tensor_bytes(value.get_state())
    encoder = Encoder()
    told = state(kind, value, encoder)
    return msgpack.packb(told), tuple(encoder.parts)


def state(kind: int, value: Any, encoder: Encoder) -> Any:
    """What can change in an object, in plain values."""
    if kind == TENSOR:
        grad = value.grad if value.is_leaf else None
        left = None if grad is None else encoder.tensor(grad)
        return [LIST, bool(value.requires_grad), encoder.tensor(value), left]
    if kind == ARRAY:
        return encoder.array(value)
    if kind == MODULE:
        return bool(value.training)
    if kind == OPTIMIZER:
        return _plainly(encoder, optimizer_state(value))
    if kind == GENERATOR:
        return encoder.tensor(value.get_state())
    if kind == NUMPY_GENERATOR:
        return _plainly(encoder, value.bit_generator.state)
    return _plainly(encoder, value.getstate())


def _plainly(encoder: Encoder, value: Any) -> Any:
    """Encode without looking for shared objects: state is sent by value."""
    inner = Encoder()
    inner.parts = encoder.parts
    return inner.encode(value)


def optimizer_state(optimizer: Any) -> list[Any]:
    """Options of each group, and what is kept for each of its parameters."""
    return [
        [
            {name: kept for name, kept in group.items() if name != "params"},
            [dict(optimizer.state.get(weight, {})) for weight in group["params"]],
        ]
        for group in optimizer.param_groups
    ]


APPLY: dict[int, Callable[..., None]] = {
    TENSOR: changes.tensor,
    ARRAY: changes.array,
    MODULE: changes.module,
    OPTIMIZER: changes.optimizer,
    GENERATOR: changes.generator,
    NUMPY_GENERATOR: changes.numpy_generator,
    RANDOM: changes.python_random,
}
