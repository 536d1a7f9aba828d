"""Plain values and raw tensors in the form that frames carry, and back; never code.

Tensors and arrays are dtype, shape and one raw part. Decoding makes exact plain types, in
memory bounded by the caps of `frames` and those below, or raises `ChannelError`.
"""

from __future__ import annotations

import math
import sys
from typing import Any

from .frames import MOST_BYTES, MOST_ITEMS, CannotSendError, ChannelError

MOST_DEPTH = 40
MOST_DIMENSIONS = 16

LIST, TUPLE, DICT, SET, FROZENSET, BIG, COMPLEX, TENSOR, ARRAY, SLICE, ELLIPSIS, RANGE = range(
    12
)
FIRST_SPECIAL = 16
KNOWN_TYPES = ("int", "float", "str", "bool", "bytes", "list", "tuple", "dict", "set")
PLAIN = (type(None), bool, float)
DTYPES = (
    "bool uint8 int8 int16 int32 int64 float16 bfloat16 float32 float64 complex64 complex128"
).split()
ARRAY_KINDS = "biufc"
LARGEST = {"c": 16}
"""Bytes of a number, 8 if not said otherwise: there are long doubles that are no number."""


def torch_module() -> Any:
    """The module torch where somebody has imported it, else None."""
    return sys.modules.get("torch")


def numpy_module() -> Any:
    """The module numpy where somebody has imported it, else None."""
    return sys.modules.get("numpy")


class Encoder:
    """Turns values into what `pack` takes. Special objects are left to `special`."""

    def __init__(self) -> None:
        self.parts: list[bytes] = []

    def encode(self, value: Any, depth: int = 0) -> Any:
        """The value in nested lists.

        Raises:
            CannotSendError: if it has no plain form, or nests too deeply.
        """
        if depth > MOST_DEPTH:
            raise CannotSendError("values nested too deeply to be sent")
        if type(value) in PLAIN:
            return value
        found = self.special(value, depth)
        return self.plain(value, depth) if found is None else found

    def special(self, value: Any, depth: int) -> Any:
        """The form of an object that is not plain, or None for one that is."""
        return None

    def plain(self, value: Any, depth: int = 0) -> Any:
        """The form of a plain value; one of a subclass becomes its base class's."""
        if isinstance(value, str):
            return str.__str__(value).encode("utf-8", "replace").decode()
        if isinstance(value, bytes | bytearray):
            return bytes(value)
        if isinstance(value, int):
            number = int.__int__(value)
            return number if -(2**63) <= number < 2**63 else [BIG, format(number, "x")]
        if isinstance(value, float):
            return float.__float__(value)
        if isinstance(value, complex):
            return [COMPLEX, value.real, value.imag]
        if value is ...:
            return [ELLIPSIS]
        if isinstance(value, slice):
            ends = (value.start, value.stop, value.step)
            return [SLICE, *(self.encode(end, depth + 1) for end in ends)]
        if isinstance(value, range):
            return [RANGE, value.start, value.stop, value.step]
        torch, numpy = torch_module(), numpy_module()
        if torch is not None and isinstance(value, torch.Tensor):
            return self.tensor(value)
        if numpy is not None and isinstance(value, numpy.generic) and is_number(value.dtype):
            return self.plain(value.item(), depth)
        if numpy is not None and isinstance(value, numpy.ndarray):
            return self.array(value)
        return self._container(value, depth)

    def array(self, value: Any) -> Any:
        """An array's dtype, shape and bytes."""
        if not is_number(value.dtype):
            raise CannotSendError(f"an array of {value.dtype} cannot be sent")
        return [ARRAY, value.dtype.str, list(value.shape), self.part(value.tobytes())]

    def tensor(self, value: Any) -> Any:
        """A dense tensor's dtype, shape and bytes, without its graph."""
        dtype = str(value.dtype).removeprefix("torch.")
        if dtype not in DTYPES or value.layout != torch_module().strided:
            raise CannotSendError(f"a tensor of {value.dtype}, {value.layout} cannot be sent")
        return [TENSOR, dtype, list(value.shape), self.part(tensor_bytes(value))]

    def part(self, raw: bytes) -> int:
        """Put bytes beside the message; gives their number."""
        self.parts.append(raw)
        return len(self.parts) - 1

    def _container(self, value: Any, depth: int) -> Any:
        kinds: tuple[tuple[Any, int], ...] = (
            *((list, LIST), (tuple, TUPLE)),
            *((set, SET), (frozenset, FROZENSET)),
        )
        for kind, tag in kinds:
            if isinstance(value, kind):
                if len(value) > MOST_ITEMS:
                    raise CannotSendError(f"more than {MOST_ITEMS} items; use a tensor")
                return [tag, *(self.encode(item, depth + 1) for item in kind.__iter__(value))]
        if isinstance(value, dict):
            if len(value) > MOST_ITEMS:
                raise CannotSendError(f"more than {MOST_ITEMS} items; use a tensor")
            flat = [part for pair in dict.items(value) for part in pair]
            return [DICT, *(self.encode(part, depth + 1) for part in flat)]
        raise CannotSendError(f"a {type(value).__name__} cannot be sent")


class Decoder:
    """Turns what `unpack` gives into values of exact plain types."""

    def __init__(self, parts: list[bytes]) -> None:
        self.parts = parts

    def decode(self, wire: Any, depth: int = 0) -> Any:
        """The value.

        Raises:
            ChannelError: if it is none.
        """
        if not isinstance(wire, list):
            return wire
        try:
            tag, items = wire[0], wire[1:]
            if depth > MOST_DEPTH or type(tag) is not int:
                raise ChannelError("a message that makes no sense")
            if tag >= FIRST_SPECIAL:
                return self.special(tag, items, depth)
            return self._plain(tag, items, depth)
        except ChannelError:
            raise
        except Exception as error:  # whatever numbers that do not fit make torch or numpy raise
            raise ChannelError(
                f"a value that makes no sense ({type(error).__name__})"
            ) from None

    def special(self, tag: int, items: list[Any], depth: int) -> Any:
        """An object that is not plain."""
        raise ChannelError("a message that makes no sense")

    def _plain(self, tag: int, items: list[Any], depth: int) -> Any:
        if tag == TENSOR:
            return self.tensor(*items)
        if tag == ARRAY:
            return self._array(*items)
        if tag == BIG:
            if len(items[0]) > 1000:
                raise ChannelError("a number with too many digits")
            return int(items[0], 16)
        if tag == COMPLEX:
            return complex(float(items[0]), float(items[1]))
        if tag == ELLIPSIS:
            return ...
        if tag == RANGE:
            return range(*map(int, items))
        found = [self.decode(item, depth + 1) for item in items]
        if tag == SLICE:
            return slice(*found)
        if tag == DICT:
            return dict(zip(found[::2], found[1::2], strict=True))
        return {LIST: list, TUPLE: tuple, SET: set, FROZENSET: frozenset}[tag](found)

    def raw(self, number: Any) -> bytes:
        """One of the raw parts."""
        if type(number) is not int or not 0 <= number < len(self.parts):
            raise ChannelError("a value without its bytes")
        return self.parts[number]

    def tensor(self, dtype: str, shape: list[int], number: int) -> Any:
        """A tensor of its own memory, on the CPU."""
        import torch

        raw = self.raw(number)
        if dtype not in DTYPES:
            raise ChannelError("a tensor of no known dtype")
        kind = getattr(torch, dtype)
        _check_shape(shape, kind.itemsize, raw)
        if not raw:
            return torch.empty(shape, dtype=kind)
        if dtype == "bool":  # any other byte than 0 and 1 is both true and neither
            return torch.frombuffer(bytearray(raw), dtype=torch.uint8).reshape(shape) != 0
        return torch.frombuffer(bytearray(raw), dtype=kind).reshape(shape)

    def _array(self, dtype: str, shape: list[int], number: int) -> Any:
        import numpy as np

        kind, raw = np.dtype(str(dtype)), self.raw(number)
        if not is_number(kind):
            raise ChannelError("an array of no known dtype")
        _check_shape(shape, kind.itemsize, raw)
        if not raw:
            return np.empty(shape, dtype=kind)
        if kind.kind == "b":
            return np.frombuffer(raw, dtype=np.uint8).reshape(shape) != 0
        return np.frombuffer(raw, dtype=kind).reshape(shape).copy()


def is_number(dtype: Any) -> bool:
    """Whether arrays of a dtype of numpy's are sent by value."""
    plain = dtype.kind in ARRAY_KINDS and not (dtype.fields or dtype.subdtype)
    return plain and dtype.itemsize <= LARGEST.get(dtype.kind, 8)


def _check_shape(shape: Any, size: int, raw: bytes) -> None:
    fits = isinstance(shape, list) and len(shape) <= MOST_DIMENSIONS
    if not fits or not all(type(side) is int and 0 <= side < 2**40 for side in shape):
        raise ChannelError("a shape that is none")
    if math.prod(shape) * size != len(raw):
        raise ChannelError("a shape that does not fit its bytes")
    if math.prod(max(side, 1) for side in shape) * size > MOST_BYTES:
        raise ChannelError("a shape of nothing that is too large")


def tensor_bytes(value: Any) -> bytes:
    """A dense tensor's bytes, row by row."""
    torch = torch_module()
    flat = value.detach().cpu().resolve_conj().resolve_neg().contiguous().flatten()
    return bytes(flat.view(torch.uint8).numpy().tobytes()) if flat.numel() else b""
