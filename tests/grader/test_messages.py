"""What passes through the channel between student and checker, and that nothing else does."""

from __future__ import annotations

import math
import socket
import subprocess
import sys
import threading
from contextlib import suppress
from typing import Any

import msgpack
import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn

from grader.isolated import checker, frames
from grader.isolated.frames import ChannelError, Wire, pack, unpack
from grader.isolated.protocol import Decoder, Encoder

plain = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False)
    | st.text(st.characters(exclude_categories=["Cs"]))
    | st.binary(),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.tuples(inner, inner)
        | st.dictionaries(st.text(max_size=3), inner, max_size=3)
    ),
    max_leaves=12,
)


def _through(value: Any) -> Any:
    """A value after a trip over the wire."""
    ours, theirs = socket.socketpair()
    with ours, theirs:
        encoder = Encoder()
        told = encoder.encode(value)
        sender = threading.Thread(target=Wire(ours).send, args=(told, encoder.parts))
        sender.start()
        message, parts = Wire(theirs).receive()
        sender.join()
        return Decoder(parts).decode(message)


def _same_types(left: Any, right: Any) -> bool:
    if type(left) is not type(right):
        return False
    if isinstance(left, dict):
        left, right = list(left.items()), list(right.items())
    if isinstance(left, list | tuple):
        return all(map(_same_types, left, right))
    return True


@given(plain)
@settings(max_examples=100)
def test_plain_values_come_back_as_they_went(value: Any) -> None:
    found = _through(value)
    assert found == value
    assert _same_types(found, value)


@pytest.mark.parametrize(
    "dtype", [torch.float32, torch.float64, torch.bfloat16, torch.int64, torch.bool]
)
@pytest.mark.parametrize("shape", [(), (0,), (3, 2), (0, 5)])
def test_tensors_come_back_bit_by_bit(dtype: torch.dtype, shape: tuple[int, ...]) -> None:
    value = (10 * torch.rand(shape)).to(dtype)
    found = _through(value)
    assert found.dtype == dtype and found.shape == shape
    assert torch.equal(found, value)


def test_special_numbers_and_arrays_pass() -> None:
    array = np.arange(6, dtype=">f4").reshape(2, 3)[:, ::-1]
    found = _through([array, np.float64(2.5), np.int32(3), 2**100, -(2**70), 1j, math.inf])
    assert np.array_equal(found[0], array) and found[0].dtype == array.dtype
    assert found[1:] == [2.5, 3, 2**100, -(2**70), 1j, math.inf]
    assert [type(x) for x in found[1:]] == [float, int, int, int, complex, float]


def test_subclasses_become_exact_types() -> None:
    class Sly(float):
        def __eq__(self, other: object) -> bool:
            return True

        __hash__ = float.__hash__

    class Shy(dict):  # type: ignore[type-arg]
        def items(self) -> Any:
            raise RuntimeError

    found = _through([Sly(2.0), Shy(a=1), True])
    assert [type(x) for x in found] == [float, dict, bool]
    assert found == [2.0, {"a": 1}, True]


@pytest.mark.parametrize("value", [object(), lambda: 0, sys, Exception(), nn.Linear(1, 1)])
def test_nothing_else_can_be_sent(value: Any) -> None:
    with pytest.raises(TypeError):
        Encoder().encode(value)


def _frame() -> bytes:
    encoder = Encoder()
    values = [1, -2.5, "text", b"raw", (None, True), {"a": [2**80]}, {3}, torch.ones(2, 3)]
    values.append(np.arange(4))
    return pack([0, [], [], encoder.encode(values)], encoder.parts)


class _NoPeer(checker.CheckerPeer):
    """The checker's end with nobody at the other."""

    def __init__(self, data: bytes) -> None:
        self.ours, self.theirs = socket.socketpair()
        threading.Thread(target=self._feed, args=(data,)).start()
        super().__init__(Wire(self.theirs))

    def _feed(self, data: bytes) -> None:
        with self.ours, suppress(OSError):
            self.ours.sendall(data)


def _take_in(data: bytes) -> None:
    """Receive as the checker does; only its own two ways to refuse are allowed."""
    peer = _NoPeer(data)
    with peer.theirs, suppress(ChannelError, TypeError):
        peer.receive({})


@given(st.data())
@settings(max_examples=300)
def test_a_changed_frame_gives_values_or_a_clean_error(data: st.DataObject) -> None:
    frame = bytearray(_frame())
    for _ in range(data.draw(st.integers(1, 4))):
        place = data.draw(st.integers(0, len(frame) - 1))
        frame[place] = data.draw(st.integers(0, 255))
    cut = data.draw(st.sampled_from([len(frame), len(frame) - 1, 5]))
    _take_in(bytes(frame[:cut]))


wires = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**63), 2**63 - 1) | st.text(max_size=8),
    lambda inner: st.lists(inner | st.integers(0, 24), max_size=5),
    max_leaves=20,
)


@given(wires, wires)
@settings(max_examples=300)
def test_a_made_up_message_gives_values_or_a_clean_error(body: Any, change: Any) -> None:
    _take_in(pack([1, [[1, change]], [], body], [b"12345678"]))


@given(st.binary(max_size=200))
@settings(max_examples=100)
def test_random_bytes_give_a_clean_error(data: bytes) -> None:
    _take_in(data)


def test_a_frame_that_claims_too_much_is_refused_before_it_is_read() -> None:
    for header in (
        frames.HEADER.pack(2**31, 0),
        frames.HEADER.pack(1, 2**31),
        frames.HEADER.pack(1, 1) + (2**62).to_bytes(8, "big"),
    ):
        ours, theirs = socket.socketpair()
        with ours, theirs:
            ours.sendall(header)
            with pytest.raises(ChannelError, match="larger than allowed"):
                Wire(theirs).receive()


MEMORY = """
import resource, sys
sys.path[:0] = {path!r}
from grader.isolated.frames import ChannelError, unpack
from grader.isolated.protocol import Decoder
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
for body in ({bodies}):
    try:
        Decoder([]).decode(unpack(body))
    except ChannelError:
        pass
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)
"""


def test_no_message_takes_more_memory_than_its_cap_allows() -> None:
    bodies = (
        "b'\\xdd\\x00\\x01\\x86\\xa0' * 500 + b'\\x90' * 1000",  # lists in lists, all long
        "b'\\xdd\\x00\\x01\\x86\\xa0' + b'\\x91\\x00' * 100_000",  # many small ones
        "b'\\x91' * 2_000_000",  # deep ones
        "b'\\xdd\\xff\\xff\\xff\\xff'",
        "b'\\xdf\\xff\\xff\\xff\\xff'",
        "b'\\xc6\\xff\\xff\\xff\\xff'",
    )
    script = MEMORY.format(path=sys.path, bodies=", ".join(bodies))
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert int(done.stdout) < 700 * 1024  # KiB


def test_msgpack_extensions_and_maps_are_refused() -> None:
    for value in ({"a": 1}, msgpack.ExtType(1, b"x"), msgpack.Timestamp(1)):
        with pytest.raises(ChannelError):
            unpack(msgpack.packb(value))
