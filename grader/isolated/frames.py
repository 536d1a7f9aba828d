"""Frames between student and checker: a message of plain values and raw parts, with caps.

A frame is a header (length of the message, number of raw parts), the lengths of the parts, the
message in msgpack and the parts. What is larger than the caps is refused before it is read.
"""

from __future__ import annotations

import socket
import struct
from typing import Any

import msgpack  # type: ignore[import-untyped]

MIB = 1024 * 1024
MOST_MESSAGE = 2 * MIB
"""Bytes of a frame without its raw parts; each can become an object of some 60 bytes."""
MOST_PARTS = 4096
MOST_BYTES = 256 * MIB
"""Bytes of a frame's raw parts together."""
MOST_ITEMS = 50_000
"""Items of one list, tuple, set or (twice over) dictionary; more belong into a tensor."""
HEADER = struct.Struct(">II")


class ChannelError(BaseException):
    """The other side broke the rules or is gone; no `except Exception` may pass over it."""


class MisfitError(ChannelError):
    """What the other side says of a shared object does not fit it."""


class CannotSendError(TypeError):
    """A value has no form in which it could be sent."""


def pack(message: Any, parts: list[bytes]) -> bytes:
    """One frame.

    Raises:
        CannotSendError: if it is larger than the other side will take.
    """
    try:
        body = msgpack.packb(message, use_bin_type=True)
    except (ValueError, TypeError, OverflowError) as error:
        raise CannotSendError(f"a value that cannot be sent: {error}") from None
    if len(body) > MOST_MESSAGE or len(parts) > MOST_PARTS:
        raise CannotSendError("too many values at once; put numbers into a tensor")
    if sum(map(len, parts)) > MOST_BYTES:
        raise CannotSendError(f"tensors of more than {MOST_BYTES // MIB} MiB at once")
    lengths = struct.pack(f">{len(parts)}Q", *map(len, parts))
    return b"".join((HEADER.pack(len(body), len(parts)), lengths, body, *parts))


def unpack(body: bytes) -> Any:
    """The message of a frame, as nested lists of plain values.

    Raises:
        ChannelError: for anything else.
    """
    try:
        return msgpack.unpackb(
            body,
            raw=False,
            use_list=True,
            max_array_len=2 * MOST_ITEMS + 1,
            max_map_len=0,
            max_ext_len=0,
            max_str_len=MOST_MESSAGE,
            max_bin_len=MOST_MESSAGE,
        )
    except Exception as error:  # msgpack has many ways to say that bytes make no sense
        raise ChannelError(f"a message that makes no sense ({type(error).__name__})") from None


class Wire:
    """Sends and receives whole frames; keeps what an interrupt leaves half read."""

    def __init__(self, connection: socket.socket) -> None:
        self.connection = connection
        self._read = bytearray()

    def send(self, message: Any, parts: list[bytes]) -> None:
        """Send one frame."""
        frame = pack(message, parts)
        try:
            self.connection.sendall(frame)
        except OSError as error:
            raise ChannelError(f"the other side has gone ({error})") from None

    def receive(self) -> tuple[Any, list[bytes]]:
        """Wait for one frame.

        Raises:
            ChannelError: if the other side has gone or sends what no frame may be.
        """
        self._fill(HEADER.size)
        size, count = HEADER.unpack_from(self._read)
        if size > MOST_MESSAGE or count > MOST_PARTS:
            raise ChannelError("a frame larger than allowed")
        place = HEADER.size + 8 * count
        self._fill(place)
        lengths = struct.unpack_from(f">{count}Q", self._read, HEADER.size)
        if sum(lengths) > MOST_BYTES:
            raise ChannelError("a frame larger than allowed")
        self._fill(place + size + sum(lengths))
        found = []
        for length in (size, *lengths):
            found.append(bytes(memoryview(self._read)[place : place + length]))
            place += length
        del self._read[:place]
        return unpack(found[0]), found[1:]

    def _fill(self, length: int) -> None:
        """Read until so many bytes are there."""
        while len(self._read) < length:
            try:
                found = self.connection.recv(min(MIB, max(65536, length - len(self._read))))
            except OSError as error:
                raise ChannelError(f"the other side has gone ({error})") from None
            if not found:
                raise ChannelError("the other side has gone")
            self._read += found
