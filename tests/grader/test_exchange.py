"""nbgrader's exchange over a course of ours, by nbgrader's own commands."""

from __future__ import annotations

import getpass
import os
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest

from grader.errors import GraderError
from grader.exchange import SECRET, collect_exchange
from grader.feedback import write_feedback
from grader.submission import receipt_time

from .tiny import RIGHT, FakeExecutor, TinyCourse, role_of


class Exchange:
    """An exchange folder, and people who use it."""

    def __init__(self, tiny: TinyCourse, folder: Path) -> None:
        self.tiny, self.folder, self.root = tiny, folder, folder / "exchange"
        self.root.mkdir()
        self.root.chmod(0o777)
        with (tiny.folder / "nbgrader_config.py").open("a") as config:
            config.write(f"\nc.Exchange.root = {str(self.root)!r}\n")

    def nbgrader(self, where: Path, *words: str) -> str:
        """Run a command of nbgrader's as somebody whose home is this test's folder."""
        done = subprocess.run(
            [sys.executable, "-m", "nbgrader", *words],
            cwd=where,
            env=os.environ | {"HOME": str(self.folder), "JUPYTER_NO_CONFIG": "1"},
            capture_output=True,
            text=True,
        )
        assert done.returncode == 0, done.stderr
        return done.stderr

    def student(self, name: str) -> Path:
        folder = self.folder / "homes" / name
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "nbgrader_config.py").write_text(
            "c = get_config()\n"
            f"c.Exchange.root = {str(self.root)!r}\n"
            f"c.Exchange.cache = {str(folder / 'cache')!r}\n"
            "c.CourseDirectory.course_id = 'tiny'\n"
        )
        return folder

    def submission(self, student: str, nb: object, when: str = "2026-03-01 10:00:00") -> Path:
        """What `nbgrader submit` leaves in the exchange."""
        place = self.root / "tiny" / "inbound" / f"{student}+sums+{when} UTC+abc"
        place.mkdir(parents=True)
        nbformat.write(nb, place / "sums.ipynb")
        (place / "timestamp.txt").write_text(f"{when} UTC")
        (place / SECRET).write_text("secret")
        return place


@pytest.fixture
def exchange(tiny: TinyCourse, tmp_path: Path) -> Exchange:
    return Exchange(tiny, tmp_path)


def test_from_release_to_feedback(exchange: Exchange) -> None:
    tiny = exchange.tiny
    exchange.nbgrader(tiny.folder, "release_assignment", "sums")
    home = exchange.student("ann")
    exchange.nbgrader(home, "fetch_assignment", "sums")
    fetched = nbformat.read(home / "sums" / "sums.ipynb", as_version=4)
    assert [cell.source for cell in fetched.cells] == [
        cell.source for cell in tiny.released.cells
    ]
    for name, source in RIGHT.items():
        role_of(fetched, name).source = source
    nbformat.write(fetched, home / "sums" / "sums.ipynb")
    exchange.nbgrader(home, "submit", "sums", "--student=ann")
    exchange.nbgrader(tiny.folder, "collect", "sums")
    tiny.submit("bob")  # by mail, so without a secret
    records = tiny.grade(executor=FakeExecutor())
    assert {student: record.status for student, record in records.items()} == {
        "ann": "graded",
        "bob": "graded",
    }
    assert receipt_time(tiny.path("ann")) is not None
    write_feedback(tiny.course, "sums")
    exchange.nbgrader(tiny.folder, "release_feedback", "sums")
    exchange.nbgrader(home, "fetch_feedback", "sums")
    (page,) = home.rglob("feedback/**/sums.html")
    assert page.read_bytes() == tiny.page("ann").read_bytes()


def test_our_collection_believes_the_file_system_alone(exchange: Exchange) -> None:
    me = getpass.getuser()
    tiny = exchange.tiny
    first = exchange.submission(me, tiny.notebook(), "2027-01-01 00:00:00")
    last = exchange.submission(me, tiny.notebook(**RIGHT), "1999-01-01 00:00:00")
    (found,) = collect_exchange(tiny.course, "sums")
    assert (found.student, found.status) == (me, "new")
    assert tiny.path(me).read_bytes() == (last / "sums.ipynb").read_bytes()
    received = receipt_time(tiny.path(me))
    assert received is not None and received.year not in (1999, 2027)
    assert (tiny.path(me).parent / SECRET).read_text() == "secret"
    assert collect_exchange(tiny.course, "sums")[0].status == "same"
    # A file's mode changes its ctime, not what it holds: the last to change counts.
    (first / "sums.ipynb").chmod(0o640)
    assert collect_exchange(tiny.course, "sums")[0].status == "kept"
    assert collect_exchange(tiny.course, "sums", update=True)[0].status == "replaced"


def test_another_students_name_is_not_believed(exchange: Exchange) -> None:
    exchange.submission("zoe", exchange.tiny.notebook())
    (zoe,) = collect_exchange(exchange.tiny.course, "sums")
    assert zoe.status == "missing" and f"belongs to {getpass.getuser()}" in zoe.note
    (zoe,) = collect_exchange(exchange.tiny.course, "sums", any_owner=True)
    assert zoe.status == "new"


def test_links_pipes_and_missing_notebooks(exchange: Exchange) -> None:
    tiny = exchange.tiny
    places = {who: exchange.submission(who, tiny.notebook()) for who in ("ann", "bob", "cem")}
    for place in places.values():
        (place / "sums.ipynb").unlink()
    (places["ann"] / "sums.ipynb").symlink_to(tiny.folder / "gradebook.db")
    os.mkfifo(places["bob"] / "sums.ipynb")
    outside = exchange.root / "tiny" / "inbound" / "dan+sums+x"
    outside.symlink_to(places["ann"])
    found = collect_exchange(tiny.course, "sums", any_owner=True)
    assert [(one.student, one.status) for one in found] == [
        ("ann", "missing"),
        ("bob", "missing"),
        ("cem", "missing"),
    ]
    assert "no regular file" in found[1].note and "there is no sums.ipynb" in found[2].note
    assert not list((tiny.folder / "submitted").rglob("*.ipynb"))


def test_without_an_exchange(tiny: TinyCourse, tmp_path: Path) -> None:
    with (tiny.folder / "nbgrader_config.py").open("a") as config:
        config.write(f"\nc.Exchange.root = {str(tmp_path / 'none')!r}\n")
    with pytest.raises(GraderError, match="run `nbgrader release_assignment` once"):
        collect_exchange(tiny.course, "sums")
