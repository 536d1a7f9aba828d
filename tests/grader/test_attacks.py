"""Attacks that once got through, or nearly did; each is tried for real."""

from __future__ import annotations

import json
import os
import textwrap
from concurrent.futures import ThreadPoolExecutor

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_notebook

from grader import seccomp
from grader.execute import Run, run_notebook
from grader.limits import MIB, Limits

LIMITS = Limits(cell_seconds=10, notebook_seconds=30, output_bytes=MIB, file_bytes=16 * MIB)
PROBES = {
    "first process": "print(json.dumps(open('/proc/1/environ').read()))",
    "settings of the kernel": """
        result = []
        for path in ("/proc/sys/kernel/core_pattern", "/proc/sys/vm/drop_caches"):
            try:
                os.close(os.open(path, os.O_WRONLY))
                result.append("opened")
            except OSError as error:
                result.append(error.strerror)
        print(json.dumps(result))
    """,
    "sockets": """
        import socket
        result = []
        for family in (socket.AF_VSOCK, socket.AF_UNIX, socket.AF_INET, socket.AF_INET6):
            try:
                socket.socket(family).close()
                result.append("made")
            except OSError as error:
                result.append(error.strerror)
        print(json.dumps(result))
    """,
    "system calls": """
        import ctypes
        libc = ctypes.CDLL(None, use_errno=True)
        result = {}
        for name, number in numbers.items():
            answer = libc.syscall(number, 0, 0, 0, 0, 0, 0)
            result[name] = [answer, os.strerror(ctypes.get_errno())]
        print(json.dumps(result))
    """,
    "shared memory": """
        import mmap
        result = []
        for kind in (mmap.MAP_SHARED, mmap.MAP_PRIVATE):
            try:
                mmap.mmap(-1, 4096, kind | mmap.MAP_ANONYMOUS).close()
                result.append("mapped")
            except OSError as error:
                result.append(error.strerror)
        print(json.dumps(result))
    """,
    "ordinary work": """
        import subprocess, threading
        import multiprocessing as mp
        fork = mp.get_context("fork")
        queue = fork.Queue()
        child = fork.Process(target=queue.put, args=(3,))
        child.start()
        thread = threading.Thread(target=len, args=("",))
        thread.start(); thread.join()
        echo = subprocess.run(["echo", "hi"], capture_output=True, text=True).stdout
        result = [queue.get(timeout=5), echo]
        child.join()
        print(json.dumps(result))
    """,
}


def run(*sources: str, limits: Limits = LIMITS) -> Run:
    """Run cells in a sandbox."""
    cells = [new_code_cell(textwrap.dedent(source)) for source in sources]
    with ThreadPoolExecutor(1) as pool:
        text = nbformat.writes(new_notebook(cells=cells))
        return pool.submit(run_notebook, text, limits).result()


@pytest.fixture(scope="module")
def found() -> dict[str, object]:
    """What each probe printed inside one sandbox."""
    column = seccomp.ARCHITECTURES.get(os.uname().machine, (0, 0))[0]
    numbers = {name: both[column] for name, both in seccomp.REFUSED.items()}
    start = f"import json, os, sys\nnumbers = {numbers!r}"
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("GRADER_TEST_SECRET", "seen")
        done = run(start, *PROBES.values())
    assert done.trouble is None
    cells = nbformat.reads(done.notebook, as_version=4).cells[1:]
    return {
        name: json.loads(cell.outputs[0].text) for name, cell in zip(PROBES, cells, strict=True)
    }


@pytest.mark.sandbox
def test_the_sandboxs_first_process_holds_no_environment(found: dict[str, object]) -> None:
    assert found["first process"] == ""


@pytest.mark.sandbox
def test_settings_of_the_kernel_cannot_be_written_even_by_root(
    found: dict[str, object],
) -> None:
    assert found["settings of the kernel"] == ["Read-only file system"] * 2


@pytest.mark.sandbox
def test_sockets_that_pass_through_namespaces_cannot_be_made(found: dict[str, object]) -> None:
    refused = "Address family not supported by protocol"
    assert found["sockets"] == [refused, "made", "made", "made"]


@pytest.mark.sandbox
def test_refused_system_calls_are_refused(found: dict[str, object]) -> None:
    expected = {name: [-1, "Operation not permitted"] for name in seccomp.REFUSED}
    assert found["system calls"] == expected


@pytest.mark.sandbox
def test_memory_that_nobody_is_charged_for_cannot_be_had(found: dict[str, object]) -> None:
    assert found["shared memory"] == ["Operation not permitted", "mapped"]


@pytest.mark.sandbox
def test_children_threads_and_programs_still_run(found: dict[str, object]) -> None:
    assert found["ordinary work"] == [3, "hi\n"]
