"""Attacks that once got through, or nearly did; each is tried for real."""

from __future__ import annotations

import json
import os
import textwrap
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import nbformat
import pytest
from nbconvert.exporters import HTMLExporter
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from grader import feedback, markup, seccomp
from grader.execute import Run, run_notebook
from grader.limits import MIB, Limits
from grader.submission import digest, read_submission

LIMITS = Limits(cell_seconds=30, notebook_seconds=120, output_bytes=MIB, file_bytes=16 * MIB)
PROBES = {
    "first process": """
        try:
            result = open("/proc/1/environ").read()
        except PermissionError:
            result = ""
        print(json.dumps(result))
    """,
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
        result = [queue.get(timeout=20), echo]
        child.join()
        print(json.dumps(result))
    """,
}


def run(*sources: str, limits: Limits = LIMITS, forks: str | None = None) -> Run:
    """Run cells in a sandbox: a fork, unless `forks` says otherwise."""
    cells = [new_code_cell(textwrap.dedent(source)) for source in sources]
    with ThreadPoolExecutor(1) as pool:
        text = nbformat.writes(new_notebook(cells=cells))
        return pool.submit(run_notebook, text, limits, forks=forks).result()


@pytest.fixture(scope="module", params=[None, ""], ids=["forked", "fresh"])
def found(request: pytest.FixtureRequest) -> dict[str, object]:
    """What each probe printed inside one sandbox."""
    column = seccomp.ARCHITECTURES.get(os.uname().machine, (0, 0))[0]
    numbers = {name: both[column] for name, both in seccomp.REFUSED.items()}
    start = f"import json, os, sys\nnumbers = {numbers!r}"
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("GRADER_TEST_SECRET", "seen")
        done = run(start, *PROBES.values(), forks=request.param)
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


FILES = """
import os
for number in range(1_000_000):
    os.mknod(f"/tmp/{number}")
"""


@pytest.mark.sandbox
def test_a_million_empty_files_end_a_fresh_sandbox_soon() -> None:
    done = run(FILES, "print(2)", forks="")
    assert done.trouble is not None and "more than 16384 files in /tmp" in done.trouble[0]


@pytest.mark.sandbox
def test_a_million_empty_files_cannot_be_made_in_a_fork(forks_possible: None) -> None:
    done = run(FILES, "print(len(os.listdir('/tmp')))")
    assert done.trouble is None
    first, second = nbformat.reads(done.notebook, as_version=4).cells
    assert "No space left on device" in str(first.outputs)
    assert int(second.outputs[0].text) <= 64 * MIB // 4096


SOCKETS = """
import socket
server = socket.create_server(("127.0.0.1", 0))
pairs, waiting = [], 0
for _ in range(count):
    pairs += [socket.create_connection(server.getsockname()), server.accept()[0]]
for one in pairs:
    one.setblocking(False)
    try:
        while True:
            waiting += one.send(bytes(2**16))
    except BlockingIOError:
        pass
print(waiting // 2**20)
import time
time.sleep(1)
"""


@pytest.mark.sandbox
def test_little_waits_in_a_forks_sockets(forks_possible: None) -> None:
    done = run("count = 100\n" + SOCKETS, limits=LIMITS)
    assert done.trouble is None
    (cell,) = nbformat.reads(done.notebook, as_version=4).cells
    assert int(cell.outputs[0].text) < 64  # MiB; by the kernel's default 800 and more


@pytest.mark.sandbox
def test_a_fresh_sandbox_has_few_sockets() -> None:
    assert run("count = 10\n" + SOCKETS, forks="").trouble is None
    done = run("count = 100\n" + SOCKETS, forks="")
    assert done.trouble is not None and "more than 64 sockets" in done.trouble[0]


FORGE = """
kernel = get_ipython().kernel
def send(kind, content):
    parent = kernel.get_parent("shell")
    kernel.session.send(kernel.iopub_socket, kind, content, parent=parent)
"""
FORGERIES = {
    "no metadata": 'send("display_data", {})',
    "no state": 'send("status", {})',
    "no text": 'send("display_data", {"data": {"text/plain": {}}, "metadata": {}})',
    "no number": 'send("execute_input", {"execution_count": "1"})',
    "no signature": 'kernel.iopub_socket.send_multipart([b"<IDS|MSG>", *[b"{}"] * 5])',
    # Some 20 frames deeper, as under the command line, the file could not be read any more.
    "no end": (
        "x = 1\nfor _ in range(480): x = [x]\n"
        'send("display_data", {"data": {"application/json": x}, "metadata": {}})'
    ),
    "no message": 'kernel.iopub_socket.send(b"x")',
}


@pytest.mark.sandbox
@pytest.mark.parametrize("forgery", FORGERIES)
def test_forged_messages_end_the_notebook_and_keep_what_ran_before(forgery: str) -> None:
    done = run("print(1)", FORGE + FORGERIES[forgery], "print(3)")
    assert done.trouble is not None
    assert done.trouble[0] == "The kernel sent messages that make no sense, so it was stopped."
    first, second, third = nbformat.reads(done.notebook, as_version=4).cells
    assert first.outputs[0].text == "1\n"
    assert second.outputs[-1].ename == third.outputs[-1].ename == "CellNotRun"


@pytest.mark.sandbox
@pytest.mark.parametrize("kind", ["display_data", "execute_result"])
def test_kinds_of_output_that_the_formgrader_would_obey_are_dropped(kind: str) -> None:
    diagram = "graph TD; a[<img src=x onerror=alert(1)>]"
    data = {"text/vnd.mermaid": diagram, "application/vnd.jupyter.widget-view+json": {}}
    shown = {"data": {"text/plain": "x"} | data, "metadata": {}, "execution_count": 1}
    done = run(FORGE + f"send({kind!r}, {shown})")
    (cell,) = nbformat.reads(done.notebook, as_version=4).cells
    assert [output.data for output in cell.outputs] == [{"text/plain": "x"}]
    cell.source = ""
    page, _ = HTMLExporter(sanitize_html=True).from_notebook_node(new_notebook(cells=[cell]))
    assert "onerror" not in page


@pytest.mark.sandbox
def test_widgets_cannot_swallow_what_other_cells_show() -> None:
    forged = 'send("comm_open", {}); send("comm_msg", {"comm_id": "x"})'
    done = run(FORGE + forged, "print(2)")
    assert done.trouble is None
    assert nbformat.reads(done.notebook, as_version=4).cells[1].outputs[0].text == "2\n"


@pytest.mark.sandbox
@pytest.mark.parametrize("kind", ["x", "execute_input"])
def test_a_flood_of_empty_messages_counts_as_output(kind: str) -> None:
    limits = replace(LIMITS, output_bytes=100 * 1024)
    # Fewer than ZMQ holds back: beyond that it drops them.
    forged = f"for _ in range(900): send({kind!r}, {{}})"
    done = run(FORGE + forged, "print(2)", limits=limits)
    assert done.trouble is not None and "printed more than 100 KiB" in done.trouble[0]


@pytest.mark.sandbox
def test_a_message_larger_than_all_output_is_never_taken_in() -> None:
    limits = Limits(cell_seconds=3, notebook_seconds=20, output_bytes=MIB)
    huge = 'send("display_data", {"data": {"text/plain": "x" * 30_000_000}, "metadata": {}})'
    done = run(FORGE + huge, "print(2)", limits=limits)
    assert len(done.notebook) < MIB
    first = nbformat.reads(done.notebook, as_version=4).cells[0]
    assert [output.output_type for output in first.outputs if "data" in output] == []


def old_notebook(outputs: list[object], cells: int = 1) -> str:
    """An nbformat 3 notebook with these outputs in each cell."""
    cell = {"cell_type": "code", "input": "x = 1", "language": "python", "outputs": outputs}
    sheet = {"cells": [cell] * cells, "metadata": {}}
    sheets = {"nbformat": 3, "nbformat_minor": 0, "metadata": {}, "worksheets": [sheet]}
    return json.dumps(sheets)


def test_outputs_of_an_old_notebook_are_not_converted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "sums.ipynb"
    path.write_text(old_notebook([{"output_type": "stream", "text": ""}] * 1000))
    convert, seen = nbformat.convert, []

    def watched(nb: nbformat.NotebookNode, version: int) -> nbformat.NotebookNode:
        seen.append(len(nb.worksheets[0].cells[0].outputs))
        return convert(nb, version)

    monkeypatch.setattr(nbformat, "convert", watched)
    assert [cell.source for cell in read_submission(path, Limits()).cells] == ["x = 1"]
    assert seen == [0]


def test_a_file_of_holes_is_not_read_to_its_end(tmp_path: Path) -> None:
    path = tmp_path / "sums.ipynb"
    with path.open("wb") as file:
        file.truncate(2**42)
    first = digest("key", path)
    os.truncate(path, 2**42 + 1)
    assert digest("key", path) != first


def test_headings_of_any_length_take_no_time() -> None:
    # These took time with the square of their length, so hours: here they would not end.
    gap = " " * 2_000_000
    assert feedback._headings(f"# a b #\n## c{gap}d\ntext\n# {gap}e ##") == [
        "a b",
        f"c{gap}d",
        "e",
    ]


def test_markdown_and_code_that_keep_parsers_busy_are_shown_without_them() -> None:
    assert "[a]: x" in markup.markdown(new_markdown_cell("[a]: x\n" * 2000))
    assert "<span" not in markup.code("match " + " " * 40_000)
    assert "<span" in markup.code("match x:")
