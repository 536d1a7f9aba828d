"""System calls a submission has no use for, refused by a filter in the kernel.

Namespaces leave some doors open: virtual machine sockets pass through network namespaces, the
caller's keyrings can be read, and memory that the kernel holds without any process having it
mapped (shared segments, semaphores, pages lent to a pipe, full sockets) is not counted as
anybody's. The filter is classic BPF, see `man 2 seccomp`.
"""

from __future__ import annotations

import errno
import platform
import socket
import struct
from collections.abc import Iterator

# Numbers of system calls: x86-64, AArch64. From Linux' syscall_64.tbl and unistd.h.
REFUSED = {
    "ptrace": (101, 117),
    "process_vm_readv": (310, 270),
    "process_vm_writev": (311, 271),
    "add_key": (248, 217),
    "request_key": (249, 218),
    "keyctl": (250, 219),
    "memfd_create": (319, 279),
    "memfd_secret": (447, 447),
    "shmget": (29, 194),
    "msgget": (68, 186),
    "semget": (64, 190),
    "vmsplice": (278, 75),
    "unshare": (272, 97),
    "setns": (308, 268),
    "pidfd_getfd": (438, 438),
    "userfaultfd": (323, 282),
    "perf_event_open": (298, 241),
    "bpf": (321, 280),
    "io_uring_setup": (425, 425),
    # The grader connects to the kernel's sockets by path: a link in their place would lead it
    # to a socket of the machine.
    "symlink": (88, 36),
    "symlinkat": (266, 36),
}
SOCKET, SET_OPTION, MMAP = (41, 198), (54, 208), (9, 222)
ARCHITECTURES = {"x86_64": (0, 0xC000003E), "aarch64": (1, 0xC00000B7)}
FAMILIES = (socket.AF_UNIX, socket.AF_INET, socket.AF_INET6, 16)  # 16: AF_NETLINK
# Passed over: what waits in a socket's buffer is memory of the kernel's, up to megabytes each.
BUFFER_SIZES = (socket.SO_SNDBUF, socket.SO_RCVBUF)
SHARED_ANONYMOUS = 0x21  # MAP_SHARED | MAP_ANONYMOUS
X32 = 0x40000000

LOAD, EQUAL, AT_LEAST, AND, RETURN = 0x20, 0x15, 0x35, 0x54, 0x06
ALLOW, KILL, ERROR = 0x7FFF0000, 0x80000000, 0x00050000
NUMBER, ARCHITECTURE, ARGUMENTS = 0, 4, 16  # offsets in struct seccomp_data


def program() -> bytes | None:
    """The compiled filter for this machine, or None where its numbers are not known here."""
    if platform.machine() not in ARCHITECTURES:
        return None
    column, architecture = ARCHITECTURES[platform.machine()]
    lines = list(_lines(column, architecture))
    return b"".join(struct.pack("=HBBI", *line) for line in lines)


def _lines(column: int, architecture: int) -> Iterator[tuple[int, int, int, int]]:
    """Instructions: code, lines to skip where a comparison holds and where not, operand."""
    yield LOAD, 0, 0, ARCHITECTURE
    yield EQUAL, 1, 0, architecture
    yield RETURN, 0, 0, KILL
    yield LOAD, 0, 0, NUMBER
    yield AT_LEAST, 0, 1, X32
    yield RETURN, 0, 0, ERROR | errno.ENOSYS
    for numbers in REFUSED.values():
        yield EQUAL, 0, 1, numbers[column]
        yield RETURN, 0, 0, ERROR | errno.EPERM
    yield EQUAL, 0, len(FAMILIES) + 3, SOCKET[column]
    yield LOAD, 0, 0, ARGUMENTS
    for left, family in zip(range(len(FAMILIES), 0, -1), FAMILIES, strict=True):
        yield EQUAL, left, 0, family
    yield RETURN, 0, 0, ERROR | errno.EAFNOSUPPORT
    yield RETURN, 0, 0, ALLOW
    yield EQUAL, 0, len(BUFFER_SIZES) + 5, SET_OPTION[column]
    yield LOAD, 0, 0, ARGUMENTS + 8
    yield EQUAL, 0, len(BUFFER_SIZES) + 1, socket.SOL_SOCKET
    yield LOAD, 0, 0, ARGUMENTS + 2 * 8
    for left, option in zip(range(len(BUFFER_SIZES), 0, -1), BUFFER_SIZES, strict=True):
        yield EQUAL, left, 0, option
    yield RETURN, 0, 0, ALLOW
    yield RETURN, 0, 0, ERROR  # errno 0: as if it had been done
    yield EQUAL, 0, 4, MMAP[column]
    yield LOAD, 0, 0, ARGUMENTS + 3 * 8
    yield AND, 0, 0, SHARED_ANONYMOUS
    yield EQUAL, 0, 1, SHARED_ANONYMOUS
    yield RETURN, 0, 0, ERROR | errno.EPERM
    yield RETURN, 0, 0, ALLOW
