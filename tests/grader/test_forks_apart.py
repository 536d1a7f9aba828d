"""Forks of the fork server: apart from each other, from the server, and from who asked."""

from __future__ import annotations

import pytest

from .forks import forks, wait_until

pytestmark = pytest.mark.sandbox

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
