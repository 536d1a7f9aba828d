"""The gradebook in a PostgreSQL server, which the test starts where one is installed."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from grader.record import GRADED
from grader.release import release

from .people import FULL
from .tiny import TinyCourse

NOBODY = 65534
SECONDS = 60


def _program(name: str) -> str | None:
    # Debian keeps the server's programs where no PATH leads.
    places = [str(path) for path in sorted(Path("/usr/lib/postgresql").glob("*/bin"))]
    return shutil.which(name, path=os.pathsep.join([os.environ["PATH"], *places]))


@pytest.fixture(scope="module")
def database() -> Iterator[str]:
    """The URL of an empty database, in a server that listens on a Unix socket only."""
    missing = [name for name in ("initdb", "postgres") if _program(name) is None]
    if missing:
        # Our script does not install it: a contributor's machine would run a server from
        # then on. GitHub's runners bring one.
        pytest.skip(f"{missing[0]} is not installed")
    folder = tempfile.mkdtemp(prefix="pg-")  # the path of a socket must be short
    # The server refuses to run as root.
    user: dict[str, Any] = {"user": NOBODY, "group": NOBODY} if os.geteuid() == 0 else {}
    if user:
        os.chown(folder, NOBODY, NOBODY)
    quiet: dict[str, Any] = {"stdout": subprocess.DEVNULL, "cwd": folder, **user}
    data = f"{folder}/data"
    made = [_program("initdb"), "-D", data, "-U", "grader", "-A", "trust", "--no-sync"]
    subprocess.run(made, check=True, **quiet)
    serve = [_program("postgres"), "-D", data, "-k", folder, "-c", "listen_addresses="]
    with subprocess.Popen(serve, stderr=subprocess.DEVNULL, **quiet) as server:
        try:
            url = f"postgresql+psycopg://grader@/postgres?host={folder}"
            _wait_for(url)
            yield url
        finally:
            server.terminate()
            server.wait()
            shutil.rmtree(folder, ignore_errors=True)


def _wait_for(url: str) -> None:
    from sqlalchemy import create_engine
    from sqlalchemy.exc import OperationalError

    engine = create_engine(url)
    end = time.monotonic() + SECONDS
    while True:
        try:
            engine.connect().close()
            break
        except OperationalError:
            if time.monotonic() > end:
                raise
            time.sleep(0.1)
    engine.dispose()


@pytest.mark.sandbox
def test_a_class_is_graded_into_postgresql(tiny: TinyCourse, database: str) -> None:
    config = tiny.folder / "nbgrader_config.py"
    text = config.read_text(encoding="utf-8")
    config.write_text(f"{text}\nc.CourseDirectory.db_url = {database!r}\n", encoding="utf-8")
    (tiny.folder / "gradebook.db").unlink()
    tiny = TinyCourse(tiny.folder.parent)
    release(tiny.course, "sums")
    tiny.submit("ann")
    tiny.submit("bob", add="def add(a, b):\n    return 3")
    records = tiny.grade()
    assert {record.status for record in records.values()} == {GRADED}
    assert tiny.scores("ann") == FULL
    assert tiny.scores("bob") == {**FULL, "add-hidden": 0}
    assert tiny.grade() == records  # unchanged, so skipped
    again = tiny.grade(force=True)
    assert tiny.scores("ann") == FULL and again["ann"].digest == records["ann"].digest
    assert not (tiny.folder / "gradebook.db").exists()
