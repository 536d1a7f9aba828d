from __future__ import annotations

import io
import json
import stat
import tarfile
import zipfile
from pathlib import Path

import pytest
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st

from grader.cli import main
from grader.collect import collect
from grader.course import Course
from grader.errors import GraderError
from grader.feedback import write_feedback
from grader.submission import receipt_time

from .people import contents
from .tiny import FakeExecutor, TinyCourse

NOTEBOOK = b'{"nbformat": 4, "cells": []}'


def zipped(path: Path, members: dict[str, bytes]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return path


def tarred(path: Path, members: dict[str, bytes]) -> Path:
    with tarfile.open(path, "w:gz") as archive:
        for name, content in members.items():
            info = tarfile.TarInfo(name)
            info.size = len(content)
            archive.addfile(info, io.BytesIO(content))
    return path


def taken(tiny: TinyCourse) -> dict[str, bytes]:
    folder = tiny.folder / "submitted"
    found = contents(folder) if folder.is_dir() else {}
    return {path: content for path, content in found.items() if "refused.json" not in path}


@pytest.mark.parametrize("pack", [zipped, tarred])
@pytest.mark.parametrize(
    ("members", "students"),
    [
        (["Ada Lovelace_4711_assignsubmission_file_/sums.ipynb"], ["4711"]),
        (["Ada Lovelace_4711_assignsubmission_file/sums.ipynb"], ["4711"]),
        (["lovelaceada_4711_93_sums-1.ipynb", "turingalan_LATE_4712_94_sums.ipynb"], None),
        (["ada/sums.ipynb", "alan/sums/sums.ipynb"], ["ada", "alan"]),
        (["./ada/sums.ipynb", "__MACOSX/ada/._sums.ipynb"], ["ada"]),
        (["ada/old.ipynb", "ada/sums.ipynb", "ada/data.csv"], ["ada"]),
        (["ada/sums.ipynb", "ada/.ipynb_checkpoints/sums.ipynb"], ["ada"]),
    ],
)
def test_layouts(
    tiny: TinyCourse, tmp_path: Path, pack: object, members: list[str], students: list[str]
) -> None:
    archive = pack(tmp_path / "all", dict.fromkeys(members, NOTEBOOK))  # type: ignore[operator]
    found = collect(tiny.course, "sums", [archive])
    expected = students or ["4711", "4712"]
    assert [(one.student, one.status, one.note) for one in found] == [
        (student, "new", "") for student in expected
    ]
    assert taken(tiny) == {f"{student}/sums/sums.ipynb": NOTEBOOK for student in expected}


def test_a_layout_of_ones_own(tiny: TinyCourse, tmp_path: Path) -> None:
    archive = zipped(tmp_path / "a.zip", {"week1-ada-final.ipynb": NOTEBOOK})
    collect(tiny.course, "sums", [archive], layout=r"week\d-(?P<student>\w+)-.*")
    assert taken(tiny) == {"ada/sums/sums.ipynb": NOTEBOOK}


@pytest.mark.parametrize("pack", [zipped, tarred])
@pytest.mark.parametrize(
    "name",
    [
        *("../sums.ipynb", "../../etc/sums.ipynb", "/etc/sums.ipynb", "./../x/sums.ipynb"),
        *(".ssh/sums.ipynb", "a\\..\\b/sums.ipynb", "a\nb/sums.ipynb", "sums.ipynb"),
        *("//x/sums.ipynb", f"{'x' * 200}/sums.ipynb", " /../sums.ipynb"),
    ],
)
def test_no_path_in_an_archive_leads_anywhere(
    tiny: TinyCourse, tmp_path: Path, pack: object, name: str
) -> None:
    before = contents(tmp_path)
    outside = tmp_path / "out"
    outside.mkdir()
    archive = pack(outside / "all", {name: NOTEBOOK, "ada/sums.ipynb": NOTEBOOK})  # type: ignore[operator]
    collect(tiny.course, "sums", [archive])
    new = {path for path in contents(tmp_path) if path not in before}
    assert {path for path in new if not path.startswith("out/")} <= {
        "course/submitted/ada/sums/sums.ipynb",
        "course/submitted/ /sums/sums.ipynb",
    }


def test_links_and_devices_are_passed_over(tiny: TinyCourse, tmp_path: Path) -> None:
    with tarfile.open(tmp_path / "a.tar", "w") as archive:
        for name, kind in (
            ("ada/sums.ipynb", tarfile.SYMTYPE),
            ("bob/sums.ipynb", tarfile.LNKTYPE),
            ("cem/sums.ipynb", tarfile.CHRTYPE),
            ("dan/sums.ipynb", tarfile.FIFOTYPE),
        ):
            info = tarfile.TarInfo(name)
            info.type, info.linkname = kind, "/etc/passwd"
            archive.addfile(info)
        info = tarfile.TarInfo("eve/sums.ipynb")
        info.size = len(NOTEBOOK)
        archive.addfile(info, io.BytesIO(NOTEBOOK))
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        link = zipfile.ZipInfo("fay/sums.ipynb")
        link.external_attr = (stat.S_IFLNK | 0o777) << 16
        archive.writestr(link, "/etc/passwd")
        archive.writestr("gil/sums.ipynb", NOTEBOOK)
    found = collect(tiny.course, "sums", [tmp_path / "a.tar", tmp_path / "a.zip"])
    assert [one.student for one in found] == ["eve", "gil"]


@pytest.mark.parametrize("pack", [zipped, tarred])
def test_a_bomb_is_not_unpacked(tiny: TinyCourse, tmp_path: Path, pack: object) -> None:
    members = {"ada/sums.ipynb": bytes(50_000_000), "bob/sums.ipynb": NOTEBOOK}
    archive = pack(tmp_path / "all", members)  # type: ignore[operator]
    ada, bob = collect(tiny.course, "sums", [archive])
    assert ada.status == "missing"
    assert (
        ada.note == "the notebook is larger than 1 MiB; clear its outputs and hand it in again"
    )
    assert bob.status == "new"
    assert taken(tiny) == {"bob/sums/sums.ipynb": NOTEBOOK}
    assert tiny.course.students("sums") == ["ada", "bob"]


def test_several_notebooks_or_none_are_told(tiny: TinyCourse, tmp_path: Path) -> None:
    members = ["ada/one.ipynb", "ada/two.ipynb", "bob/sums.zip", "cem/sums.ipynb"]
    archive = zipped(tmp_path / "a.zip", dict.fromkeys(members, NOTEBOOK))
    ada, bob, cem = collect(tiny.course, "sums", [archive])
    assert ada.note == "which of these is the notebook? ada/one.ipynb, ada/two.ipynb"
    assert (bob.status, cem.status) == ("missing", "new")
    assert bob.note == "there is no notebook (.ipynb), only bob/sums.zip"


def test_a_damaged_member_costs_only_its_student(tiny: TinyCourse, tmp_path: Path) -> None:
    members = {"ada/sums.ipynb": NOTEBOOK * 50, "bob/sums.ipynb": NOTEBOOK}
    archive = zipped(tmp_path / "a.zip", members)
    data = bytearray(archive.read_bytes())
    data[data.index(b"ada/sums.ipynb") + 16] ^= 0xFF
    archive.write_bytes(data)
    ada, bob = collect(tiny.course, "sums", [archive])
    assert "cannot be unpacked" in ada.note
    assert bob.status == "new"


def test_the_student_reads_why_no_notebook_was_taken(tiny: TinyCourse, tmp_path: Path) -> None:
    members = {"ada/sums.ipynb": bytes(50_000_000), "bob/sums.pdf": b"x"}
    archive = zipped(tmp_path / "a.zip", members)
    collect(tiny.course, "sums", [archive])
    records = tiny.grade(executor=FakeExecutor())
    assert records["ada"].english == (
        "sums.ipynb was not taken from what was handed in: the notebook is larger than 1 MiB; "
        "clear its outputs and hand it in again."
    )
    assert "노트북이 1 MiB보다 큽니다." in records["ada"].korean
    assert "there is no notebook (.ipynb), only bob/sums.pdf" in records["bob"].english
    write_feedback(tiny.course, "sums")
    assert "clear its outputs" in tiny.page("ada").read_text(encoding="utf-8")
    # What comes later counts, and its reason goes.
    later = zipped(tmp_path / "b.zip", {"ada/sums.ipynb": NOTEBOOK})
    collect(tiny.course, "sums", [later])
    assert not (tiny.folder / "submitted/ada/sums/refused.json").exists()
    assert tiny.grade(executor=FakeExecutor())["ada"].digest != records["ada"].digest


@pytest.mark.parametrize(
    "content", ["", "[]", '{"english": 1}', "[" * 3000, '{"english": "x"}']
)
def test_a_reason_the_student_wrote_harms_nothing(tiny: TinyCourse, content: str) -> None:
    folder = tiny.folder / "submitted" / "ada" / "sums"
    folder.mkdir(parents=True)
    (folder / "refused.json").write_text(content, encoding="utf-8")
    record = tiny.grade(executor=FakeExecutor())["ada"]
    assert record.english == "No notebook named sums.ipynb was handed in."


def test_what_is_there_is_kept_unless_told(tiny: TinyCourse, tmp_path: Path) -> None:
    first = zipped(tmp_path / "1.zip", {"ada/sums.ipynb": NOTEBOOK})
    second = zipped(tmp_path / "2.zip", {"ada/sums.ipynb": NOTEBOOK + b" "})
    assert collect(tiny.course, "sums", [first])[0].status == "new"
    assert collect(tiny.course, "sums", [first])[0].status == "same"
    assert collect(tiny.course, "sums", [second])[0].status == "kept"
    assert taken(tiny)["ada/sums/sums.ipynb"] == NOTEBOOK
    assert collect(tiny.course, "sums", [second], update=True)[0].status == "replaced"
    assert taken(tiny)["ada/sums/sums.ipynb"] == NOTEBOOK + b" "


def test_the_time_of_receipt_is_the_instructors(tiny: TinyCourse, tmp_path: Path) -> None:
    members = {"ada/sums.ipynb": NOTEBOOK, "ada/timestamp.txt": b"1999-01-01 00:00:00 UTC"}
    archive = zipped(tmp_path / "a.zip", members)
    collect(tiny.course, "sums", [archive], received="2026-03-01 18:00 +0900")
    received = receipt_time(tiny.path("ada"))
    assert received is not None and received.isoformat() == "2026-03-01T09:00:00"
    archive = zipped(tmp_path / "b.zip", {**members, "ada/sums.ipynb": NOTEBOOK + b" "})
    collect(tiny.course, "sums", [archive], update=True)
    assert receipt_time(tiny.path("ada")) is None


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"received": "soon"}, "'soon' is no time"),
        ({"layout": "("}, "is no regular expression"),
        ({"layout": "blackboard"}, "has no group named `student`"),
        ({"layout": r"x(?P<student>y)z"}, "holds no notebook in a place that names"),
    ],
)
def test_wrong_options(
    tiny: TinyCourse, tmp_path: Path, options: dict[str, str], words: str
) -> None:
    archive = zipped(tmp_path / "a.zip", {"ada/sums.ipynb": NOTEBOOK})
    with pytest.raises(GraderError, match=words):
        collect(tiny.course, "sums", [archive], **options)  # type: ignore[arg-type]


@pytest.mark.parametrize("content", [b"", b"no archive", b"PK\x03\x04" + bytes(50)])
def test_what_is_no_archive(tiny: TinyCourse, tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "a.zip"
    with pytest.raises(GraderError, match="There is no file"):
        collect(tiny.course, "sums", [path])
    path.write_bytes(content)
    with pytest.raises(GraderError, match="cannot be read as a zip or tar archive"):
        collect(tiny.course, "sums", [path])


@settings(max_examples=60)
@given(spots=st.lists(st.tuples(st.integers(0, 10_000), st.integers(0, 255)), max_size=12))
@pytest.mark.parametrize("pack", [zipped, tarred])
def test_damaged_archives_never_raise_anything_else(
    template: Path, tmp_path_factory: pytest.TempPathFactory, pack: object, spots: list
) -> None:
    folder = tmp_path_factory.mktemp("damaged")
    root = folder / "course"
    root.mkdir()
    config = (template / "course" / "nbgrader_config.py").read_text()
    (root / "nbgrader_config.py").write_text(config)
    (folder / "solutions" / "sums").mkdir(parents=True)
    (folder / "solutions" / "sums" / "sums.md").touch()
    archive = pack(folder / "a", {"ada/sums.ipynb": NOTEBOOK * 20, "b/x.ipynb": NOTEBOOK})  # type: ignore[operator]
    data = bytearray(archive.read_bytes())
    for place, value in spots:
        data[place % len(data)] = value
    archive.write_bytes(data)
    try:
        found = collect(Course(root), "sums", [archive])
    except GraderError as error:
        assert "\n" not in str(error)
    else:
        assert found


def test_on_the_command_line(tiny: TinyCourse, tmp_path: Path) -> None:
    archive = zipped(tmp_path / "a.zip", {"ada/sums.ipynb": NOTEBOOK, "bob/x.txt": b"sorry"})
    arguments = ["--course", str(tiny.folder), "collect", "sums", str(archive)]
    result = CliRunner().invoke(main, arguments)
    assert result.exit_code == 0
    assert "sums: 2 students: 1 missing, 1 new" in result.stdout
    assert "bob: missing: there is no notebook (.ipynb), only bob/x.txt" in result.stderr
    found = json.loads(CliRunner().invoke(main, [*arguments, "--json"]).stdout)
    assert [one["status"] for one in found] == ["same", "missing"]
