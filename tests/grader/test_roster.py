from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st

from grader.cli import main
from grader.errors import GraderError
from grader.roster import import_roster, read_roster

from .tiny import TinyCourse


def written(folder: Path, text: str | bytes) -> Path:
    path = folder / "class.csv"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


@pytest.mark.parametrize(
    "text",
    [
        "id,first_name,last_name,email\nada,Ada,Lovelace,a@example.org\n",
        "\ufeffID;First Name;Last Name;Email\r\nada;Ada;Lovelace;a@example.org\r\n",
        "Email\tstudent\tName\textra\na@example.org\tada\tAda Lovelace\t7\n\n",
        'username,"full-name",email\n ada ,"Ada Lovelace" , a@example.org\n,,\n',
        "이름,성,이메일,학번\nAda,Lovelace,a@example.org,ada\n",
    ],
)
def test_forms_of_a_class_list(tmp_path: Path, text: str) -> None:
    (person,) = read_roster(written(tmp_path, text))
    assert (person.id, person.first_name, person.last_name, person.email) == (
        *("ada", "Ada", "Lovelace"),
        "a@example.org",
    )


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "is empty"),
        ("id,email\n", "no student below them"),
        ("name,email\nx,y\n", "has no column named id; it has: name, email"),
        ("id,id\na,b\n", "two columns for id"),
        ("id,email\na,x\na,y\n", "line 3: the id 'a' is there twice"),
        ("id,email\n,x\n", "line 2: the id is missing"),
        ("id\n../x\n", "line 2: '../x' cannot be an id"),
        ("id\n.x\n", "cannot be an id"),
        ("id\n<img src=x onerror=alert(1)>\n", "cannot be an id"),
        ('id\nx";alert(1);"\n', "cannot be an id"),
        ("id\nx\\y\n", "cannot be an id"),
        ("id,email\na,b\x07c\n", "line 2: email has unprintable"),
        (f"id,email\na,{'b' * 200}\n", "more than 128"),
        (b"id,name\na,\xb1\xe8\n", "is not UTF-8: in the spreadsheet save it as"),
        ('id\n"' + "x" * 200_000, "line 2: field larger than field limit"),
    ],
)
def test_what_is_no_class_list(tmp_path: Path, text: str | bytes, words: str) -> None:
    with pytest.raises(GraderError, match=words) as caught:
        read_roster(written(tmp_path, text))
    assert "\n" not in str(caught.value)


@settings(max_examples=200)
@given(st.binary(max_size=300), st.sampled_from([b"", b"id,name\n", b"id;email;id\n"]))
def test_any_file_gives_people_or_one_line(
    tmp_path_factory: pytest.TempPathFactory, content: bytes, head: bytes
) -> None:
    path = written(tmp_path_factory.mktemp("roster"), head + content)
    try:
        people = read_roster(path)
    except GraderError as error:
        assert "\n" not in str(error)
    else:
        assert all(person.id and "/" not in person.id for person in people)


def test_names_reach_the_gradebook_and_stay(tiny: TinyCourse, tmp_path: Path) -> None:
    first = read_roster(written(tmp_path, "id,name,email\nada,Ada Lovelace,a@x\nbob,,\n"))
    assert vars(import_roster(tiny.course, first)) == {
        "added": ["ada", "bob"],
        "changed": [],
        "same": [],
    }
    second = read_roster(written(tmp_path, "id,email\nada,new@x\nbob,\n"))
    assert vars(import_roster(tiny.course, second)) == {
        "added": [],
        "changed": ["ada"],
        "same": ["bob"],
    }
    with tiny.course.gradebook() as gradebook:
        ada = gradebook.find_student("ada")
        assert (ada.first_name, ada.last_name, ada.email) == ("Ada", "Lovelace", "new@x")


def test_on_the_command_line(tiny: TinyCourse, tmp_path: Path) -> None:
    path = str(written(tmp_path, "id\nada\n"))
    arguments = ["--course", str(tiny.folder), "roster", path]
    assert "1 added, 0 changed" in CliRunner().invoke(main, arguments).stdout
    found = json.loads(CliRunner().invoke(main, [*arguments, "--json"]).stdout)
    assert found == {"added": [], "changed": [], "same": ["ada"]}
    missing = CliRunner().invoke(main, [*arguments[:-1], "none.csv"])
    assert missing.exit_code == 1 and missing.stderr == "grader: There is no file none.csv.\n"
