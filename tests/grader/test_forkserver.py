"""Forks of the fork server: apart from each other, from the server, and from who asked."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import textwrap
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_notebook

from grader import provisioner, sandbox, warm
from grader.execute import Run, run_notebook
from grader.limits import MIB, Limits
from grader.process import WarmProcess
from grader.watch import descendants

pytestmark = pytest.mark.sandbox
LIMITS = Limits(cell_seconds=20, notebook_seconds=60, file_bytes=16 * MIB)
SAY = """
import json, os, socket, sys
channel = socket.socket(fileno=int(os.environ["GRADER_SOCKETS"]))
def say(what):
    channel.sendall(json.dumps(what).encode() + b"\\n")
def hear():
    return json.loads(lines.readline())
lines = channel.makefile("rb")
"""


class Fork:
    """A plain Python program in a fork, with a channel to it."""

    def __init__(self, source: str, address: str, **files: bytes) -> None:
        ours, theirs = socket.socketpair()
        with theirs:
            program = SAY + textwrap.dedent(source)
            given = {"files": files, "sockets": [theirs.fileno()]}
            self.process: WarmProcess = warm.fork(
                address, LIMITS, kind="program", source=program, **given
            )
        ours.settimeout(60)
        self.channel, self.lines = ours, ours.makefile("rb")

    def hear(self) -> object:
        return json.loads(self.lines.readline())

    def say(self, what: object) -> None:
        self.channel.sendall(json.dumps(what).encode() + b"\n")

    def end(self) -> str:
        self.process.kill()
        self.lines.close()
        self.channel.close()
        return self.process.close()


@pytest.fixture(scope="module")
def address(forks_possible: None) -> str:
    """The address of this process's server."""
    found = warm.address()
    assert found, warm.problem()
    return found


@contextmanager
def forks(address: str, *sources: str, **files: bytes) -> Iterator[list[Fork]]:
    made = [Fork(source, address, **files) for source in sources]
    try:
        yield made
    finally:
        for fork in made:
            fork.end()


def wait_until(condition: Callable[[], object], seconds: float = 30.0) -> bool:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if condition():
            return True
        time.sleep(0.02)
    return False


LOOK = """
import gc, resource, signal, threading
import torch
result = {}
result["descriptors"] = sorted(os.listdir("/proc/self/fd"), key=int)
result["processes"] = sorted(name for name in os.listdir("/proc") if name.isdigit())
result["shared"] = [line for line in open("/proc/self/maps") if line.split()[1][1::2] == "ws"]
result["threads"] = [threading.active_count(), torch.get_num_threads()]
result["cuda"] = torch.cuda.is_initialized()
result["contexts"] = sum(type(o).__name__ == "Context" and "zmq" in type(o).__module__
                         for o in gc.get_objects())
result["oom"] = open("/proc/self/oom_score_adj").read().strip()
result["host"] = socket.gethostname()
result["home"] = os.listdir("/home/student")
result["limits"] = resource.getrlimit(resource.RLIMIT_CPU)
result["session"] = os.getsid(0) == os.getpid()
result["signal"] = signal.getsignal(signal.SIGCHLD) is signal.SIG_DFL
for name in ("mem", "environ", "maps", "fd/0", "fdinfo/0", "root", "cwd", "auxv"):
    try:
        path = f"/proc/1/{name}"
        find = os.readlink if name in ("fd/0", "root", "cwd") else open
        result["init " + name] = repr(find(path))
    except OSError as error:
        result["init " + name] = error.strerror
try:
    os.kill(1, signal.SIGKILL)
    result["init lives"] = os.path.exists("/proc/1")
except OSError as error:
    result["init lives"] = error.strerror
say(result)
"""


@pytest.fixture(scope="module")
def seen(address: str) -> dict[str, object]:
    """What a fork sees of itself, while another one runs."""
    with forks(address, "hear()", LOOK, a=b"1") as (_, fork):
        found = fork.hear()
        assert isinstance(found, dict)
        return found


def test_a_fork_has_its_own_socket_and_nothing_else_open(seen: dict[str, object]) -> None:
    # 3 is the listing itself.
    assert seen["descriptors"] == ["0", "1", "2", "3", "10"]


def test_a_fork_is_alone_with_its_first_process(seen: dict[str, object]) -> None:
    assert seen["processes"] == ["1", "2"]
    assert seen["home"] == ["a"]
    assert seen["host"] == "sandbox"


def test_a_fork_shares_no_memory_threads_or_contexts(seen: dict[str, object]) -> None:
    assert seen["shared"] == []
    assert seen["threads"] == [1, 1]
    assert (seen["cuda"], seen["contexts"]) == (False, 0)


def test_a_fork_dies_first_when_memory_ends_and_leads_a_session(
    seen: dict[str, object],
) -> None:
    assert seen["oom"] == "1000"
    assert seen["session"] and seen["signal"]
    assert seen["limits"] == [1200, 1200]


def test_the_first_process_can_be_neither_read_nor_ended(seen: dict[str, object]) -> None:
    refused = {key: value for key, value in seen.items() if key.startswith("init ")}
    assert refused.pop("init lives") is True
    assert set(refused.values()) == {"Permission denied"}


def test_two_forks_share_no_files_signals_sockets_or_environment(address: str) -> None:
    first = """
        import signal
        caught = []
        signal.signal(signal.SIGUSR1, lambda *_: caught.append(1))
        os.environ["MINE"] = "1"
        for folder in ("/home/student", "/tmp", "/dev/shm", "/run/kernel"):
            open(folder + "/mine", "w").close()
        server = socket.socket(socket.AF_UNIX)
        server.bind("\\0mine")
        server.listen()
        local = socket.create_server(("127.0.0.1", 7777))
        import torch
        torch.nn.Linear.forward = None
        master, slave = os.openpty()
        say(os.getpid())
        hear()
        say(caught)
    """
    second = """
        import errno, glob, signal
        import torch
        hear()
        result = {"pid": os.getpid(), "environment": "MINE" in os.environ}
        result["files"] = [f for f in ("/home/student", "/tmp", "/dev/shm", "/run/kernel")
                           if os.path.exists(f + "/mine")]
        result["terminals"] = [name for name in os.listdir("/dev/pts") if name != "ptmx"]
        for name, family, where in (("abstract", socket.AF_UNIX, "\\0mine"),
                                    ("local", socket.AF_INET, ("127.0.0.1", 7777))):
            try:
                socket.socket(family).connect(where)
                result[name] = "reached"
            except OSError as error:
                result[name] = errno.errorcode[error.errno]
        signal.signal(signal.SIGUSR1, signal.SIG_IGN)
        try:
            os.kill(-1, signal.SIGUSR1)
        except OSError as error:
            result["kill"] = errno.errorcode[error.errno]
        result["torch"] = torch.nn.Linear(1, 1)(torch.ones(1)).shape == (1,)
        say(result)
    """
    with forks(address, first, second) as (one, other):
        pid = one.hear()
        other.say(0)
        found = other.hear()
        one.say(0)
        assert one.hear() == []
    assert found == {
        "pid": pid,  # each numbers its processes anew
        "environment": False,
        "files": [],
        "terminals": [],
        "abstract": "ECONNREFUSED",
        "local": "ECONNREFUSED",
        "kill": "ESRCH",
        "torch": True,
    }


def test_what_one_fork_does_never_reaches_the_server(address: str) -> None:
    harm = """
        import builtins, ctypes, gc, torch
        for module in list(sys.modules.values()):
            for name in ("forward", "recv_fds", "fork"):
                if hasattr(module, name):
                    setattr(module, name, None)
        torch.manual_seed(99)
        torch.ones = None
        builtins.open = None
        say(1)
        ctypes.memset(id(torch.Tensor), 255, 4096)
    """
    calm = "import torch, random; say([torch.rand(2).tolist(), random.random()])"
    with forks(address, calm) as (fork,):
        before = fork.hear()
    with forks(address, harm) as (fork,):
        assert fork.hear() == 1
        # With its memory overwritten it dies most often, and hangs at times.
        wait_until(lambda: fork.process.poll() is not None, seconds=2)
        fork.process.kill()
        assert wait_until(lambda: fork.process.poll() is not None)
    with forks(address, calm) as (fork,):
        assert fork.hear() == before


def test_the_server_cannot_be_seen_and_forks_cannot_fork_sandboxes(address: str) -> None:
    source = """
        found = []
        for folder, _, names in os.walk("/run"):
            found += [os.path.join(folder, name) for name in names]
        say([found, os.path.exists(%r), os.access("/run/forkserver.py", os.W_OK)])
    """
    with forks(address, source % address) as (fork,):
        assert fork.hear() == [["/run/forkserver.py"], False, False]


def test_a_fork_ends_when_whoever_asked_for_it_is_gone(address: str) -> None:
    asker = textwrap.dedent(f"""
        import sys, time
        from grader import warm
        from grader.limits import Limits
        made = warm.fork({address!r}, Limits(), files={{}}, kind="program",
                         source="import time; time.sleep(600)")
        print(made.init, flush=True)
        time.sleep(600)
    """)
    with subprocess.Popen([sys.executable, "-c", asker], stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        pid = int(process.stdout.readline())
        assert Path(f"/proc/{pid}").exists()
        process.kill()
        process.wait()
    assert wait_until(lambda: not Path(f"/proc/{pid}").exists())


def test_orphans_are_buried(address: str) -> None:
    source = """
        import time
        for _ in range(5):
            if os.fork() == 0:
                if os.fork() == 0:
                    os._exit(0)
                os._exit(0)
            os.wait()
        end = time.monotonic() + 30
        while len([n for n in os.listdir("/proc") if n.isdigit()]) > 2:
            assert time.monotonic() < end
            time.sleep(0.05)
        say("buried")
    """
    with forks(address, source) as (fork,):
        assert fork.hear() == "buried"


def test_how_a_program_ended_is_told(address: str) -> None:
    ends = {
        "sys.exit(3)": 3,
        "os._exit(4)": 4,
        "os.kill(os.getpid(), 9)": -9,
        "raise ValueError('no luck')": 1,
        "pass": 0,
    }
    with forks(address, *ends) as made:
        for fork, expected in zip(made, ends.values(), strict=True):
            assert wait_until(lambda fork=fork: fork.process.poll() is not None)
            assert fork.process.poll() == expected
        assert made[3].process.close() == "ValueError: no luck"


def test_nothing_is_left_of_a_fork_that_was_killed(address: str) -> None:
    source = "import subprocess; subprocess.Popen(['sleep', '600']); say(1); hear()"
    with forks(address, source) as (fork,):
        fork.hear()
        family = [fork.process.init, *descendants(fork.process.init)]
        assert len(family) == 3
    assert wait_until(lambda: not any(Path(f"/proc/{pid}").exists() for pid in family))


def test_a_server_that_is_killed_takes_its_forks_along(forks_possible: None) -> None:
    server = warm.ForkServer()
    try:
        with forks(server.address, "say(1); hear()") as (fork,):
            fork.hear()
            os.kill(server.pid, signal.SIGKILL)
            assert wait_until(lambda: fork.process.poll() is not None)
        with pytest.raises(warm.NoForkError, match="does not answer"):
            Fork("pass", server.address)
    finally:
        server.close()
    assert not Path(server.address).parent.exists()


def notebook(*sources: str) -> str:
    return nbformat.writes(new_notebook(cells=[new_code_cell(source) for source in sources]))


def in_thread(text: str, limits: Limits = LIMITS, **options: str) -> Run:
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(run_notebook, text, limits, **options).result()


def outputs(run: Run) -> list[str]:
    cells = nbformat.reads(run.notebook, as_version=4).cells
    return ["".join(output.get("text", "") for output in cell.outputs) for cell in cells]


def test_a_forked_kernel_prints_what_a_fresh_one_prints(address: str) -> None:
    text = notebook(
        "import random, sys, os, numpy as np\nprint(random.random(), np.random.rand(2))",
        "import torch, dlcourse\nprint(torch.get_num_threads(), torch.ones(2).sum())",
        "print(os.getcwd(), os.listdir(), __name__, sys.path, {'a', 'b', 'c', 'd'})",
        "import matplotlib\nprint(matplotlib.get_backend(), sorted(os.environ))",
        "print(sorted(name for name in globals() if not name.startswith('_')))",
    )
    forked, fresh = in_thread(text, forks=address), in_thread(text, forks="")
    assert outputs(forked) == outputs(fresh)
    assert forked.means.startswith(provisioner.FORKED)
    assert fresh.means.startswith(provisioner.STARTED)


@pytest.mark.parametrize("reason", ["gone", "refused"])
def test_without_a_server_kernels_start_afresh_and_say_why(
    reason: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(warm, "_problem", "")
    monkeypatch.setattr(warm, "_server", None)
    if reason == "gone":
        run = in_thread(notebook("print(1)"), forks=str(tmp_path / "nobody"))
        words = "does not answer"
    else:

        def refuse(*descriptors: int) -> list[str]:
            raise sandbox.GraderError("no room for it here")

        monkeypatch.setattr(warm, "server_command", refuse)
        run = in_thread(notebook("print(1)"))
        words = "no room for it here"
    assert outputs(run) == ["1\n"]
    assert run.means.startswith(provisioner.STARTED) and words in run.means


def test_a_server_that_cannot_keep_its_promise_does_not_serve(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, forks_possible: None
) -> None:
    program = warm.PROGRAM.read_text(encoding="utf-8")
    start = 'if __name__ == "__main__":\n'
    spoiled = tmp_path / "forkserver.py"
    thread = "    threading.Thread(target=threading.Event().wait, daemon=True).start()\n"
    spoiled.write_text(program.replace(start, start + thread), encoding="utf-8")
    monkeypatch.setattr(warm, "PROGRAM", spoiled)
    server = warm.ForkServer()
    try:
        with pytest.raises(warm.NoForkError):
            Fork("pass", server.address)
        assert "started a thread" in server.last_words()
    finally:
        server.close()


def test_processor_time_of_all_processes_is_limited(address: str) -> None:
    busy = "import os\nfor _ in range(3): os.fork() or [None for _ in iter(int, 1)]\nos.wait()"
    run = in_thread(notebook(busy, "1"), replace(LIMITS, cpu_seconds=2), forks=address)
    assert run.trouble is not None and "2 s of processor time" in run.trouble[0]


IN_A_FOLDER_THAT_FORKS_REPLACE = """
def can_write(path):
    try:
        open(path, "a").close()
        return True
    except OSError as error:
        return error.strerror
say([open(sys.argv[1] + "/lib.py").read(), can_write(sys.argv[1] + "/lib.py"),
     can_write(sys.argv[1] + "/more.py"), can_write("/tmp/mine"), sorted(os.listdir("/tmp"))])
"""


def test_an_interpreter_in_a_folder_that_forks_replace_stays_visible(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with tempfile.TemporaryDirectory(dir="/tmp") as outer:
        library = Path(outer, "deep", "lib")
        library.mkdir(parents=True)
        (library / "lib.py").write_text("x = 1")
        Path(outer, "secret").write_text("grades")
        paths = [*sandbox.readable_paths(), library]
        monkeypatch.setattr(sandbox, "readable_paths", lambda: paths)
        server = warm.ForkServer()
        try:
            source = f"sys.argv = ['', {str(library)!r}]\n{IN_A_FOLDER_THAT_FORKS_REPLACE}"
            with forks(server.address, source) as (fork,):
                text, *writes, listed = fork.hear()  # type: ignore[misc]
        finally:
            server.close()
    assert text == "x = 1"
    assert writes == ["Read-only file system", "Read-only file system", True]
    assert {"mine", Path(outer).name} <= set(listed)


def test_an_interpreter_that_is_such_a_folder_itself_is_refused(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(sandbox, "readable_paths", lambda: [Path("/usr"), Path("/tmp")])
    with pytest.raises(sandbox.GraderError, match="folder is /tmp, which forks replace"):
        warm.server_command(0, 0)


def test_notebooks_that_train_find_optimizers_imported(
    monkeypatch: pytest.MonkeyPatch, forks_possible: None
) -> None:
    for name, value in (("_server", None), ("_older", []), ("_problem", "")):
        monkeypatch.setattr(warm, name, value)
    source = "say([name for name in ('torch._dynamo', 'torch') if name in sys.modules])"
    try:
        plain, other = warm.address_for("x = 1"), warm.address_for("torch.optim.SGD")
        assert warm.address() == warm.address_for("x = 1") == other != plain
        found = []
        for address in (plain, other):
            with forks(address, source) as (fork,):
                found.append(fork.hear())
    finally:
        warm.forget()
    assert found == [["torch"], ["torch._dynamo", "torch"]]
