from __future__ import annotations

import json
import stat
import sys
import textwrap
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_notebook

from grader import sandbox
from grader.course import REPOSITORY
from grader.errors import GraderError
from grader.execute import run_notebook
from grader.limits import Limits

PROBES = {
    "network": """
        import socket
        result = []
        for address in (("127.0.0.1", {port}), ("1.1.1.1", 53)):
            try:
                with socket.create_connection(address, timeout=2) as made:
                    # A socket may by chance take the port it asks for, and reach itself.
                    itself = made.getsockname() == made.getpeername()
                    result.append("itself" if itself else "reached")
            except OSError as error:
                result.append(type(error).__name__)
        print(json.dumps(result))
    """,
    "interfaces": "import socket; print(json.dumps([n for _, n in socket.if_nameindex()]))",
    "secrets": "print(json.dumps([path for path in {secrets!r} if os.path.exists(path)]))",
    "environment": "print(json.dumps(dict(os.environ)))",
    "identity": """
        status = open("/proc/self/status").read().splitlines()
        found = dict(line.split(":", 1) for line in status)
        keys = ("CapEff", "CapPrm", "CapBnd", "NoNewPrivs")
        print(json.dumps([os.getuid(), os.getgid(), *(found[key].strip() for key in keys)]))
    """,
    "limits": """
        import resource
        names = ("RLIMIT_NPROC", "RLIMIT_FSIZE", "RLIMIT_CORE", "RLIMIT_NOFILE", "RLIMIT_CPU")
        print(json.dumps([resource.getrlimit(getattr(resource, name)) for name in names]))
    """,
    "processes": "print(json.dumps([name for name in os.listdir('/proc') if name.isdigit()]))",
    "writable": """
        places = ["/", "/usr", "/etc", sys.prefix, os.path.dirname(numpy.__file__), "/home"]
        places += ["/dev", "/run", "/run/kernel", "/home/student", "/tmp", "/dev/shm"]
        result = []
        for place in places:
            try:
                open(os.path.join(place, "probe"), "w").close()
                result.append(place)
            except OSError:
                pass
        print(json.dumps(result))
    """,
    "namespaces": """
        import subprocess
        tried = subprocess.run(["unshare", "--user", "true"], capture_output=True)
        print(json.dumps(tried.returncode))
    """,
    "full": """
        try:
            for number in range(99):
                with open(f"file{{number}}", "wb") as file:
                    file.write(bytes(1024 * 1024))
        except OSError as error:
            print(json.dumps(error.strerror))
    """,
    "library": "import dlcourse; print(json.dumps(sorted(os.listdir(os.path.dirname("
    "os.path.dirname(dlcourse.__file__))))))",
}


@pytest.fixture(scope="module", params=[None, ""], ids=["forked", "fresh"])
def found(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> dict[str, object]:
    """What each probe printed inside one sandbox; a server listens outside meanwhile."""
    import socket

    folder = tmp_path_factory.mktemp("secrets")
    gradebook = folder / "gradebook.db"
    gradebook.write_text("grades")
    secrets = [
        str(gradebook),
        str(REPOSITORY / "solutions"),
        str(REPOSITORY / "grader"),
        str(REPOSITORY / "tests"),
        str(REPOSITORY / ".git"),
        str(Path.home() / ".ssh"),
        "/etc/passwd",
        "/etc/shadow",
        "/var",
    ]
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        cells = [
            new_code_cell(
                "import json, os, sys, numpy\n"
                + textwrap.dedent(probe).format(port=port, secrets=secrets)
            )
            for probe in PROBES.values()
        ]
        limits = Limits(cell_seconds=20, file_bytes=8 * 1024 * 1024)
        with pytest.MonkeyPatch.context() as patch, ThreadPoolExecutor(1) as pool:
            patch.setenv("GRADER_TEST_SECRET", "seen")
            text = nbformat.writes(new_notebook(cells=cells))
            run = pool.submit(run_notebook, text, limits, forks=request.param).result()
    assert run.trouble is None
    done = nbformat.reads(run.notebook, as_version=4)
    return {
        name: json.loads(cell.outputs[0]["text"])
        for name, cell in zip(PROBES, done.cells, strict=True)
    }


@pytest.mark.sandbox
def test_there_is_no_network(found: dict[str, object]) -> None:
    assert "reached" not in found["network"]  # type: ignore[operator]
    assert found["interfaces"] in ([], ["lo"])


@pytest.mark.sandbox
def test_solutions_gradebook_and_accounts_cannot_be_seen(found: dict[str, object]) -> None:
    assert found["secrets"] == []


@pytest.mark.sandbox
def test_beside_the_library_lies_nothing(found: dict[str, object]) -> None:
    assert set(found["library"]) <= {"dlcourse", Path(sys.prefix).name}  # type: ignore[call-overload]


@pytest.mark.sandbox
def test_the_environment_is_cleared(found: dict[str, object]) -> None:
    environment = found["environment"]
    assert isinstance(environment, dict)
    assert "GRADER_TEST_SECRET" not in environment
    assert environment["HOME"] == "/home/student"
    assert environment["OMP_NUM_THREADS"] == "1"


@pytest.mark.sandbox
def test_there_are_no_privileges(found: dict[str, object]) -> None:
    none = "0" * 16
    assert found["identity"] == [1000, 1000, none, none, none, "1"]


@pytest.mark.sandbox
def test_limits_of_the_kernel_are_set_hard(found: dict[str, object]) -> None:
    expected = [4 * 64, 8 * 1024 * 1024, 0, 1024, 2 * 600]
    assert found["limits"] == [[value, value] for value in expected]


@pytest.mark.sandbox
def test_no_other_process_is_in_view(found: dict[str, object]) -> None:
    assert len(found["processes"]) <= 3  # type: ignore[arg-type]


@pytest.mark.sandbox
def test_only_folders_in_memory_can_be_written(found: dict[str, object]) -> None:
    assert set(found["writable"]) == {"/run/kernel", "/home/student", "/tmp", "/dev/shm"}  # type: ignore[call-overload]


@pytest.mark.sandbox
def test_no_new_namespace_can_be_made(found: dict[str, object]) -> None:
    assert found["namespaces"] != 0


@pytest.mark.sandbox
def test_the_working_folder_has_a_size(found: dict[str, object]) -> None:
    assert found["full"] == "No space left on device"


def fake_bwrap(folder: Path, script: str, monkeypatch: pytest.MonkeyPatch) -> None:
    path = folder / "bwrap"
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(path.stat().st_mode | stat.S_IXUSR)
    monkeypatch.setenv("PATH", f"{folder}:/usr/bin:/bin")


def test_a_missing_bubblewrap_says_how_to_get_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(GraderError, match=r"bubblewrap is not installed.*--no-sandbox"):
        sandbox.bwrap_path()


def test_an_old_bubblewrap_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    fake_bwrap(tmp_path, "echo bubblewrap 0.4.1", monkeypatch)
    with pytest.raises(GraderError, match=r"bubblewrap 0.4 is too old; install 0.8"):
        sandbox.bwrap_path()


def test_blocked_namespaces_get_one_line_with_the_cure(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    script = '[ "$1" = --version ] && echo bubblewrap 0.9.0 && exit\n'
    script += "echo 'bwrap: No permissions to create new namespace' >&2; exit 1"
    fake_bwrap(tmp_path, script, monkeypatch)
    with pytest.raises(GraderError, match="No permissions") as caught:
        sandbox.bwrap_path()
    assert "sysctl" in str(caught.value) and "\n" not in str(caught.value)


def test_a_course_inside_a_readable_folder_is_refused() -> None:
    with pytest.raises(GraderError, match="which submissions may read"):
        sandbox.check_hidden([Path(sys.prefix) / "course"])
    sandbox.check_hidden([REPOSITORY / "solutions"])
