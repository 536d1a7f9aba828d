"""One end of the channel: requests that nest, values that keep their identity, gradients.

Either side asks and waits; while it waits it answers what the other side asks. Tensors that
come back with a graph stay differentiable: `backward` asks the other side for the product of
the gradient with the Jacobian.
"""

from __future__ import annotations

import threading
from abc import ABC, abstractmethod
from typing import Any

from . import shared
from .frames import CannotSendError, ChannelError, MisfitError, Wire
from .gradients import leaves, linked
from .protocol import FIRST_SPECIAL, Decoder, Encoder, torch_module

REQUEST, ANSWER, RAISED = range(3)
NAMED, MINE, YOURS, SHARED, NEW, GRAPH, DTYPE, DEVICE = range(FIRST_SPECIAL, FIRST_SPECIAL + 8)
PASSED, LINKED, LEAF = range(3)
"""What a tensor that requires a gradient is to the other side: an argument to differentiate by,
a result with its graph here, or a leaf of a net here."""
MOST_NESTED = 20
MOST_MESSAGES = 1_000_000
MOST_KEPT = 100_000


class PeerEncoder(Encoder):
    """Encodes for one message; `asking` is False for answers."""

    def __init__(self, peer: Peer, asking: bool) -> None:
        super().__init__()
        self.peer, self.asking = peer, asking
        self.added: list[int] = []
        self.passed: dict[int, Any] = {}

    def special(self, value: Any, depth: int) -> Any:
        """Shared objects, tensors with graphs, dtypes; the rest is each side's own affair."""
        key = self.peer.registry.key(value)
        if key is not None:
            return [SHARED, key]
        torch = torch_module()
        if torch is not None:
            if isinstance(value, torch.dtype):
                return [DTYPE, str(value).removeprefix("torch.")]
            if isinstance(value, torch.device):
                return [DEVICE, str(value)]
            if isinstance(value, torch.Tensor):
                return self.peer.encode_tensor(self, value, depth)
        return self.peer.encode_object(self, value, depth)

    def graph(self, value: Any) -> Any:
        """A tensor that is sent by value, and how to differentiate by it or through it."""
        if not value.requires_grad:
            return self.tensor(value)
        number = self.peer.keep(value)
        if self.asking:
            self.passed[number] = value
            return [GRAPH, self.tensor(value), number, PASSED]
        if not value.is_leaf:
            return [GRAPH, self.tensor(value), number, LINKED, *self.peer.reached(value)]
        grad = None if value.grad is None else self.tensor(value.grad)
        return [GRAPH, self.tensor(value), number, LEAF, grad]


class PeerDecoder(Decoder):
    """Decodes one message."""

    def __init__(self, peer: Peer, parts: list[bytes], passed: dict[int, Any]) -> None:
        super().__init__(parts)
        self.peer, self.passed = peer, passed

    def special(self, tag: int, items: list[Any], depth: int) -> Any:
        """What `PeerEncoder.special` makes."""
        if tag == SHARED:
            entry = self.peer.registry.entries.get(items[0])
            found = None if entry is None else entry.object()
            if found is None:
                raise ChannelError("an object that is not shared")
            return found
        if tag == DTYPE:
            found = vars(torch_module()).get(str(items[0]))
            if not isinstance(found, torch_module().dtype):
                raise ChannelError("a dtype that is none")
            return found
        if tag == DEVICE:
            return torch_module().device(str(items[0]))
        if tag == GRAPH:
            return self._graph(self.decode(items[0], depth + 1), *items[1:])
        return self.peer.decode_object(self, tag, items, depth)

    def _graph(self, value: Any, number: Any, relation: Any, *more: Any) -> Any:
        if not isinstance(value, torch_module().Tensor) or type(number) is not int:
            raise ChannelError("a tensor that is none")
        if relation == LINKED:
            return self.peer.link(value, number, self.passed, *more)
        value.requires_grad_()
        if relation == LEAF:
            value.grad = self.decode(*more)
        if relation == PASSED:
            self.peer.borrowed[number] = value
        return value


class Peer(ABC):
    """One end. Subclasses say how other objects travel and what requests do."""

    def __init__(self, wire: Wire) -> None:
        self.wire = wire
        self.registry = shared.Registry()
        self.lock = threading.RLock()
        self.kept: dict[int, Any] = {}
        """Tensors of this side that the other may want gradients of."""
        self.borrowed: dict[int, Any] = {}
        """Tensors of this side that stand for the other's, to differentiate by."""
        self.nested = self.messages = self._number = 0
        self.broken = ""

    def encode_tensor(self, encoder: PeerEncoder, value: Any, depth: int) -> Any:
        """The form of a tensor that is not shared: by value."""
        return encoder.graph(value)

    @abstractmethod
    def encode_object(self, encoder: PeerEncoder, value: Any, depth: int) -> Any:
        """The form of an object that is neither plain nor a tensor; None for a plain one."""

    @abstractmethod
    def decode_object(
        self, decoder: PeerDecoder, tag: int, items: list[Any], depth: int
    ) -> Any:
        """The object of such a form."""

    @abstractmethod
    def handle(self, name: str, items: list[Any]) -> Any:
        """Do what the other side asks."""

    @abstractmethod
    def describe_error(self, error: BaseException) -> list[Any]:
        """An exception in plain values."""

    @abstractmethod
    def revive_error(self, told: Any) -> BaseException:
        """An exception to raise here for one that was raised there."""

    def note_misfit(self, error: MisfitError) -> None:
        """Deal with a change that does not fit, which was not taken over."""
        raise error

    def forget(self) -> None:
        """Forget what belongs to one test cell."""
        self.registry.clear()
        self.kept.clear()
        self.borrowed.clear()

    def keep(self, value: Any) -> int:
        """Keep a tensor that the other side may want gradients of; gives its number."""
        if len(self.kept) >= MOST_KEPT:
            raise ChannelError("too many tensors with graphs")
        self._number += 1
        self.kept[self._number] = value
        return self._number

    def request(self, name: str, *items: Any) -> Any:
        """Ask the other side and wait for its answer.

        Raises:
            ChannelError: if there is no sensible answer.
            Exception: what was raised there.
        """
        with self.lock:
            if self.broken:
                raise ChannelError(self.broken)
            passed = self._send(REQUEST, [name, *items], asking=True)
            try:
                return self._wait(passed)
            except ChannelError as error:
                self.broken = str(error)
                raise

    def _send(self, kind: int, body: Any, asking: bool = False) -> dict[int, Any]:
        encoder = PeerEncoder(self, asking)
        try:
            told = encoder.encode(body)
        except CannotSendError:
            self.registry.drop(encoder.added)
            raise
        changes = self.registry.changes(encoder)
        dropped, self.registry.dropped = self.registry.dropped, []
        self.wire.send([kind, changes, dropped, told], encoder.parts)
        return encoder.passed

    def receive(self, passed: dict[int, Any]) -> tuple[int, Any]:
        """Wait for a message; gives its kind and what it says."""
        message, parts = self.wire.receive()
        self.messages += 1
        if self.messages > MOST_MESSAGES:
            raise ChannelError("too many messages")
        if not isinstance(message, list) or len(message) != 4:
            raise ChannelError("a message that makes no sense")
        kind, changes, dropped, body = message
        if not isinstance(changes, list) or not isinstance(dropped, list):
            raise ChannelError("a message that makes no sense")
        decoder = PeerDecoder(self, parts, passed)
        for change in changes:
            if not isinstance(change, list) or len(change) != 2:
                raise ChannelError("a change that makes no sense")
            told = Decoder(parts).decode(change[1])  # plain values and nothing else
            try:
                self.registry.apply(change[0], told)
            except MisfitError as error:
                self.note_misfit(error)
        self.registry.drop([key for key in dropped if type(key) is int])
        return kind, decoder.decode(body)

    def _wait(self, passed: dict[int, Any]) -> Any:
        while True:
            kind, body = self.receive(passed)
            if kind == ANSWER:
                return body
            if kind == RAISED:
                raise self.revive_error(body)
            self.answer(kind, body)

    def answer(self, kind: Any, body: Any) -> None:
        """Do what a request asks and send what came of it."""
        if kind != REQUEST or not isinstance(body, list) or not body:
            raise ChannelError("a message that makes no sense")
        self.nested += 1
        try:
            if self.nested > MOST_NESTED:
                raise RecursionError("calls between student and checker nest too deeply")
            found = self.handle(str(body[0]), body[1:])
            self._send(ANSWER, found)
        except ChannelError:
            raise
        except BaseException as error:
            self._send(RAISED, self.describe_error(error))
        finally:
            self.nested -= 1

    def reached(self, value: Any) -> tuple[list[int], list[int]]:
        """Numbers of the other side's tensors, shared and borrowed, that a graph comes from."""
        names = {id(tensor): name for name, tensor in self.borrowed.items()}
        found = leaves(value)
        keys = [key for leaf in found if (key := self.registry.key(leaf)) is not None]
        return keys, [names[id(leaf)] for leaf in found if id(leaf) in names]

    def link(
        self,
        value: Any,
        number: int,
        passed: dict[int, Any],
        keys: list[int],
        lent: list[int],
    ) -> Any:
        """Give a tensor from the other side the graph it has there."""
        torch = torch_module()
        shared_ones = dict(self.registry.trainable())
        keys = [key for key in keys if key in shared_ones]
        lent = [name for name in lent if name in passed]
        ask = [number, keys, lent]
        tensors = [*(shared_ones[key] for key in keys), *(passed[name] for name in lent)]
        if not (value.is_floating_point() or value.is_complex()):
            raise ChannelError("a graph of whole numbers")
        with torch.enable_grad():
            anchor = torch.zeros((), requires_grad=True)
            return linked().apply(value, self, ask, anchor, *tensors)

    def products(self, number: int, keys: list[int], lent: list[int], grad: Any) -> list[Any]:
        """Products of a gradient with the Jacobian of a tensor that was kept here.

        Leaves that the other side has no part in get their gradients here.
        """
        torch = torch_module()
        entries = self.registry.entries
        inputs = [entries[key].object() if key in entries else None for key in keys]
        inputs += [self.borrowed.get(name) for name in lent]
        wanted = [one for one in inputs if one is not None and one.requires_grad]
        output = self.kept[number]
        ours = [leaf for leaf in leaves(output) if not any(leaf is one for one in wanted)]
        found = torch.autograd.grad(
            output, [*wanted, *ours], grad, retain_graph=True, allow_unused=True
        )
        for leaf, slope in zip(ours, found[len(wanted) :], strict=True):
            if slope is not None:
                leaf.grad = slope if leaf.grad is None else leaf.grad + slope
        left = iter(found)
        return [next(left) if one is not None and one.requires_grad else None for one in inputs]
