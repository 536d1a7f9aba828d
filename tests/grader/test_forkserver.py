"""The fork server: how forks end, what it promises, and where it lies."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
import textwrap
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from grader import sandbox, warm
from grader.watch import descendants

from .forks import LIMITS, Fork, forks, wait_until

pytestmark = pytest.mark.sandbox


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
    assert server._errors.closed


@pytest.fixture
def spoil(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """Let servers that are started from now on begin with a line of code."""

    def begin_with(line: str) -> None:
        program = warm.PROGRAM.read_text(encoding="utf-8")
        start = 'if __name__ == "__main__":\n'
        assert start in program
        spoiled = tmp_path / "forkserver.py"
        spoiled.write_text(program.replace(start, f"{start}    {line}\n"), encoding="utf-8")
        monkeypatch.setattr(warm, "PROGRAM", spoiled)

    return begin_with


@pytest.fixture
def no_server(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A process that has started no server yet; those of the test end with it."""
    with monkeypatch.context() as patch:
        values = {"_server": None, "_older": [], "_plain_only": False, "_problem": ""}
        for name, value in values.items():
            patch.setattr(warm, name, value)
        yield
        warm.forget()


def test_a_server_that_cannot_keep_its_promise_does_not_serve(
    spoil: Callable[[str], None], forks_possible: None
) -> None:
    spoil("threading.Thread(target=threading.Event().wait, daemon=True).start()")
    server = warm.ForkServer()
    try:
        with pytest.raises(warm.NoForkError):
            Fork("pass", server.address)
        assert "started a thread" in server.last_words()
    finally:
        server.close()


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


@pytest.mark.parametrize("others", [[], ["deep"]], ids=["alone", "in another"])
def test_an_interpreter_in_a_folder_that_forks_replace_stays_visible(
    monkeypatch: pytest.MonkeyPatch, others: list[str]
) -> None:
    with tempfile.TemporaryDirectory(dir="/tmp") as outer:
        library = Path(outer, "deep", "lib")
        library.mkdir(parents=True)
        (library / "lib.py").write_text("x = 1")
        Path(outer, "secret").write_text("grades")
        paths = [*sandbox.readable_paths(), library, *(Path(outer, name) for name in others)]
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


def test_where_no_second_server_starts_the_first_serves_on(
    monkeypatch: pytest.MonkeyPatch, no_server: None
) -> None:
    class Server:
        def __init__(self, training: bool) -> None:
            if training:
                raise warm.NoForkError("no room for a second one")
            self.training, self.address = training, "first"

        def close(self) -> None:
            pass

    monkeypatch.setattr(warm, "ForkServer", Server)
    assert [warm.address(), warm.address(training=True), warm.address()] == ["first"] * 3
    assert warm.problem() == ""


def test_a_second_server_that_dies_importing_more_gives_way_to_the_first(
    spoil: Callable[[str], None], no_server: None, forks_possible: None
) -> None:
    plain = warm.address()
    spoil("sys.exit(bool(sys.argv[2:]))")
    training = warm.address(training=True)
    assert training != plain
    for asked in (training, None):
        job = {"kind": "program", "source": "pass", "files": {}}
        made = warm.fork_if_possible(asked, LIMITS, **job)
        assert made is not None, warm.problem()
        assert wait_until(lambda made=made: made.poll() is not None)
        assert made.poll() == 0
        made.close()
    assert warm.address(training=True) == warm.address() == plain
    assert warm.problem() == ""


def test_where_the_first_fails_as_well_nobody_is_asked_any_more(
    monkeypatch: pytest.MonkeyPatch, no_server: None, forks_possible: None
) -> None:
    asked = []

    def refuse(address: str, limits: object, **job: object) -> None:
        asked.append(address)
        raise warm.NoForkError(f"no fork number {len(asked)}")

    monkeypatch.setattr(warm, "fork", refuse)
    plain, training = warm.address(), warm.address(training=True)
    assert [warm.fork_if_possible(forks, LIMITS) for forks in (training, None)] == [None] * 2
    assert asked == [training, plain]
    assert warm.problem() == "no fork number 2"


def test_notebooks_that_train_find_optimizers_imported(
    no_server: None, forks_possible: None
) -> None:
    source = "say([name for name in ('torch._dynamo', 'torch') if name in sys.modules])"
    plain, other = warm.address_for("x = 1"), warm.address_for("torch.optim.SGD")
    assert warm.address() == warm.address_for("x = 1") == other != plain
    found = []
    for address in (plain, other):
        with forks(address, source) as (fork,):
            found.append(fork.hear())
    assert found == [["torch"], ["torch._dynamo", "torch"]]
