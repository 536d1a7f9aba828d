"""Values that would lead the checker's native code out of its memory are refused, not used."""

from __future__ import annotations

import copy
import random
import struct
from typing import Any

import numpy as np
import pytest
import torch
from torch import nn

from grader.isolated import changes, protocol, shared
from grader.isolated.frames import CannotSendError, ChannelError, MisfitError
from grader.isolated.protocol import Decoder, Encoder

from .test_channel import IMPORTS, checker

FRESH = torch.Generator().manual_seed(3).get_state()
"""625 numbers to come: none is left of a table that was never filled."""


def twister(left: int, place: int, seeded: int = 1, kept: int = 0) -> torch.Tensor:
    """A state of a torch generator with these fields."""
    raw = bytearray(FRESH.numpy().tobytes())
    struct.pack_into("=iiQ", raw, 8, left, seeded, place)
    raw[changes.KEPT_DRAW] = kept
    return torch.frombuffer(raw, dtype=torch.uint8)


def applied(value: Any, kind: int, told: Any) -> None:
    """Share an object and let the other side change it."""
    registry = shared.Registry()
    registry.add(value, kind, 1)
    registry.apply(1, told)


def test_torch_keeps_a_generators_state_as_is_assumed() -> None:
    assert changes.TWISTER.unpack_from(FRESH.numpy().tobytes()) == (3, 1, 1, 0)
    generator = torch.Generator().manual_seed(3)
    torch.rand(5, generator=generator)
    raw = generator.get_state().numpy().tobytes()
    assert changes.TWISTER.unpack_from(raw) == (3, 620, 1, 5)
    torch.randn(1, generator=generator)
    assert len(raw) == changes.KEPT_DRAW + 4


def test_every_state_a_generator_comes_to_is_taken() -> None:
    ours, theirs = torch.Generator().manual_seed(3), torch.Generator().manual_seed(3)
    for count in [1] * 630 + [17, 200, 623, 624, 625]:
        torch.rand(count, generator=theirs)
        applied(ours, shared.GENERATOR, theirs.get_state())
        assert torch.equal(ours.get_state(), theirs.get_state())
    torch.randn(3, generator=theirs, dtype=torch.float64)
    applied(ours, shared.GENERATOR, theirs.get_state())


@pytest.mark.parametrize(
    "told",
    [
        twister(624, 624),  # torch itself takes this one, and reads 2.5 kB behind the table
        twister(2, 624),
        twister(0, 0),
        twister(-1, 0),
        twister(625, 0),
        twister(1, 625),
        twister(1, 2**32 - 1),
        twister(1, 2**63),
        twister(1, 0, seeded=0),
        twister(1, 0, kept=2),
        FRESH[:-8],
        FRESH.float(),
        torch.zeros(0, dtype=torch.uint8),
        [1, 2],
        None,
    ],
)
def test_a_torch_generator_is_never_led_beyond_its_table(told: Any) -> None:
    generator = torch.Generator().manual_seed(5)
    before = generator.get_state()
    with pytest.raises(MisfitError, match="does not fit"):
        applied(generator, shared.GENERATOR, told)
    assert torch.equal(generator.get_state(), before)


@pytest.mark.parametrize("name", changes.BIT_GENERATORS)
def test_every_kind_of_numpy_generator_comes_back(name: str) -> None:
    kind = getattr(np.random, name)
    ours, theirs = np.random.Generator(kind(1)), np.random.Generator(kind(1))
    for count in (1, 2, 3, 700):
        theirs.random(count, dtype=np.float32)
        encoder = Encoder()
        wire = shared.state(shared.NUMPY_GENERATOR, theirs, encoder)
        applied(ours, shared.NUMPY_GENERATOR, Decoder(encoder.parts).decode(wire))
        copied = copy.deepcopy(theirs)
        assert ours.integers(2**60) == copied.integers(2**60)


@pytest.mark.parametrize(
    ("name", "places", "number"),
    [
        *(("MT19937", ("state", "pos"), number) for number in (-1, 625, 2**31 - 1, 1.0, None)),
        *(("Philox", ("buffer_pos",), number) for number in (-1, 5, 2**31 - 1, True, "0")),
        *(("PCG64", ("state", "state"), number) for number in (-1, 2**128)),
        ("PCG64", ("uinteger",), 2**40),
        ("PCG64", ("bit_generator",), "MT19937"),
        ("SFC64", ("state", "state"), [1, 2]),
        ("MT19937", ("state", "key"), [1] * 623),
    ],
)
def test_a_numpy_generator_is_never_led_beyond_its_table(
    name: str, places: tuple[str, ...], number: Any
) -> None:
    generator = np.random.Generator(getattr(np.random, name)(1))
    told = copy.deepcopy(generator.bit_generator.state)
    inner = told
    for place in places[:-1]:
        inner = inner[place]
    inner[places[-1]] = number
    with pytest.raises(MisfitError):
        applied(generator, shared.NUMPY_GENERATOR, told)


@pytest.mark.parametrize(
    "change",
    [
        lambda version, words, draw: (version, (*words[:-1], -1), draw),
        lambda version, words, draw: (version, (*words[:-1], 625), draw),
        lambda version, words, draw: (version, words[1:], draw),
        lambda version, words, draw: (2, words, draw),
        lambda version, words, draw: (version, words, "0"),
        lambda version, words, draw: (version, (*words[:-2], -1, 3), draw),
        lambda version, words, draw: (),
    ],
)
def test_a_python_generator_is_never_led_beyond_its_table(change: Any) -> None:
    generator = random.Random(1)
    before = generator.getstate()
    with pytest.raises(MisfitError):
        applied(generator, shared.RANDOM, change(*before))
    assert generator.getstate() == before


@pytest.mark.parametrize(
    "kept",
    [
        {"step": torch.zeros(0)},
        {"step": torch.zeros(1, dtype=torch.float64)},
        {"step": torch.tensor(1.0), "exp_avg": torch.zeros(3)},
        {"step": torch.tensor(1.0), "exp_avg": torch.zeros(4, dtype=torch.float64)},
    ],
)
def test_a_fused_step_is_never_led_beyond_what_is_kept(kept: dict[str, Any]) -> None:
    weight = nn.Parameter(torch.zeros(4))
    optimizer = torch.optim.Adam([weight], fused=True)
    whole = {name: torch.zeros(4) for name in ("exp_avg", "exp_avg_sq")}
    with pytest.raises(MisfitError):
        applied(optimizer, shared.OPTIMIZER, [[{}, [{**whole, **kept}]]])


@pytest.mark.parametrize(
    ("value", "told"),
    [
        (nn.Parameter(torch.zeros(4)), torch.zeros(9)),
        (nn.Parameter(torch.zeros(4), requires_grad=False), torch.zeros(1)),
        (torch.zeros(4, requires_grad=True), torch.zeros(9)),
        (torch.zeros(4), torch.zeros(4, dtype=torch.float64)),
    ],
)
def test_weights_keep_their_shape_and_every_tensor_its_dtype(
    value: torch.Tensor, told: torch.Tensor
) -> None:
    with pytest.raises(MisfitError):
        applied(value, shared.TENSOR, [value.requires_grad, told, None])
    assert value.shape == (4,) and value.dtype == torch.float32


def test_a_nets_buffers_keep_their_shape() -> None:
    net = nn.BatchNorm1d(3)
    registry = shared.Registry()
    key = registry.add(net.running_mean, shared.TENSOR)
    registry.add(net, shared.MODULE)
    registry.entries[registry.key(net)].members = ({}, {"running_mean": key})
    with pytest.raises(MisfitError):
        registry.apply(key, [False, torch.zeros(1), None])


@pytest.mark.parametrize("told", [np.zeros(3), np.zeros(2, dtype=int), [1.0, 2.0], 1.0])
def test_arrays_keep_their_shape_and_dtype(told: Any) -> None:
    with pytest.raises(MisfitError):
        applied(np.zeros(2), shared.ARRAY, told)


@pytest.mark.parametrize(
    "wire",
    [
        [protocol.TENSOR, "float32", [0, 2**39, 2**39], 0],
        [protocol.TENSOR, "float32", [0] + [2**39] * 15, 0],
        [protocol.ARRAY, "<f8", [2**35, 0], 0],
        [protocol.ARRAY, np.dtype(np.longdouble).str, [0], 0],
        [protocol.ARRAY, "U0", [0], 0],
        [protocol.ARRAY, "f8,f8", [0], 0],
        [protocol.ARRAY, "(2,)f8", [0], 0],
    ],
)
def test_shapes_that_overflow_and_odd_dtypes_are_refused(wire: list[Any]) -> None:
    with pytest.raises(ChannelError):
        Decoder([b""]).decode(wire)


def test_what_cannot_be_taken_is_not_sent_and_empty_arrays_are() -> None:
    with pytest.raises(CannotSendError):
        Encoder().encode(np.zeros(2, dtype=np.longdouble))
    for empty in (np.zeros((0, 3)), torch.zeros(3, 0, dtype=torch.int64)):
        encoder = Encoder()
        found = Decoder(encoder.parts).decode(encoder.encode(empty))
        assert found.shape == empty.shape and found.dtype == empty.dtype


def test_a_change_says_plain_values_and_nothing_else() -> None:
    with pytest.raises(ChannelError, match="makes no sense"):
        Decoder([]).decode([protocol.FIRST_SPECIAL + 1, 0, "", "", "x"])


SPOILING = {
    "a dtype": (
        "def spoil(x): x.double()",
        "net = nn.Linear(2, 1)\nspoil(net)",
    ),
    "a state": (
        "def spoil(x):\n    state = x.get_state()\n    state[8:24] = torch.tensor("
        "[112, 2, 0, 0, 1, 0, 0, 0, 112, 2, 0, 0, 0, 0, 0, 0], dtype=torch.uint8)\n"
        "    x.set_state(state)",
        "g = torch.Generator().manual_seed(1)\nspoil(g)\ntorch.rand(1000, generator=g)",
    ),
    "a shape": (
        "def spoil(x): x.weight.data = torch.zeros(5, 5)",
        "net = nn.Linear(2, 1)\ntry:\n    spoil(net)\nexcept Exception:\n    pass",
    ),
}


@pytest.mark.parametrize("what", SPOILING)
def test_a_misfit_fails_its_own_cell_alone_and_says_why(what: str) -> None:
    source, test = SPOILING[what]
    with checker("\n" + source, tests=2) as made:
        found, kind, message = made.test("spoiled", IMPORTS + test, 1.0)
        assert (found, kind) == ("failed", "StudentError")
        assert "does not fit" in message and "맞지 않" in message
        assert made.test("next", "assert call(len, [1]) == 1", 1.0) == ["points", 1.0, ""]
