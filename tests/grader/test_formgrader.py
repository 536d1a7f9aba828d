from __future__ import annotations

import json
import re
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from http.cookiejar import CookieJar
from pathlib import Path
from typing import Any

import pytest
from nbformat.v4 import new_output

from grader.course import Course
from grader.errors import GraderError
from grader.execute import Run
from grader.formgrader import command, serve

from .tiny import FakeExecutor, TinyCourse, role_of


class Site:
    """A running formgrader, asked over HTTP with its token."""

    def __init__(self, port: int, token: str) -> None:
        self.port, self.token = port, token
        cookies = urllib.request.HTTPCookieProcessor(CookieJar())
        self.opener = urllib.request.build_opener(cookies)

    def get(self, path: str) -> str:
        request = urllib.request.Request(
            f"http://127.0.0.1:{self.port}{path}",
            headers={"Authorization": f"token {self.token}"},
        )
        with self.opener.open(request, timeout=30) as answer:
            return answer.read().decode()


@pytest.fixture(scope="module")
def site(template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """The formgrader over a class of one, as `grader formgrader` starts it."""
    import shutil

    import nbformat

    folder = tmp_path_factory.mktemp("formgrader")
    shutil.copytree(template, folder, dirs_exist_ok=True)
    tiny = TinyCourse(folder)
    tiny.submit("ann")
    tiny.submit("bob", explain="![x](attachment:nope.png) <script>document.title=2</script>")

    def outcome(notebook: str) -> Run:
        nb = nbformat.reads(notebook, as_version=4)
        html = "<b>seen</b><script>document.title=1</script>"
        role_of(nb, "add").outputs = [new_output("display_data", data={"text/html": html})]
        return Run(nbformat.writes(nb), 0.0, None)

    tiny.grade(executor=FakeExecutor(outcome))
    with started(tiny.folder, folder / "log") as site:
        yield site


@contextmanager
def started(course: Path, log: Path) -> Iterator[Site]:
    """A formgrader on a free port; on another one when somebody was faster."""
    for attempt in range(5):
        with socket.create_server(("127.0.0.1", 0)) as server:
            port = server.getsockname()[1]
        with log.open("w") as file:
            process = subprocess.Popen(
                [
                    *(sys.executable, "-m", "grader.cli", "--course", str(course)),
                    *("formgrader", "--port", str(port), "--no-browser"),
                ],
                stdout=file,
                stderr=file,
            )
        try:
            token = wait_for_token(process, log)
            if token is not None:
                yield Site(port, token)
                return
        finally:
            process.terminate()
            process.wait(30)
        taken = re.search(r"Port \d+ is taken|port \d+ is already in use", log.read_text())
        assert taken and attempt < 4, log.read_text()


def wait_for_token(process: subprocess.Popen[bytes], log: Path) -> str | None:
    """What opens the pages; None if the server has ended."""
    deadline = time.monotonic() + 120
    while time.monotonic() < deadline and process.poll() is None:
        found = re.search(r"http://127\.0\.0\.1:\d+/formgrader\?token=(\w+)", log.read_text())
        if found:
            return found[1]
        time.sleep(0.2)
    assert process.poll() is not None, log.read_text()
    return None


def opened(site: Site, student: str) -> dict[str, Any]:
    """A submission as the formgrader lists it, with its page."""
    listed = json.loads(site.get("/formgrader/api/submitted_notebooks/sums/sums"))
    (found,) = [one for one in listed if one["student"] == student]
    return {**found, "page": site.get(f"/formgrader/submissions/{found['id']}/")}


def test_its_page_lists_the_problem_set(site: Site) -> None:
    assert "<h1>Manage Assignments</h1>" in site.get("/formgrader/manage_assignments")
    (found,) = json.loads(site.get("/formgrader/api/assignments"))
    assert (found["name"], found["num_submissions"], found["max_score"]) == ("sums", 2, 14)


def test_a_submission_opens_and_what_it_printed_does_not_run(site: Site) -> None:
    found = opened(site, "ann")
    assert found["code_score"] == 9
    assert "def" in found["page"] and "<b>seen</b>" in found["page"]
    assert "<script>document.title=1" not in found["page"]


def test_a_missing_picture_and_a_script_in_an_answer_do_not_stop_the_page(site: Site) -> None:
    page = opened(site, "bob")["page"]
    assert "missing picture: nope.png" in page
    assert "<script>document.title=2" not in page


def test_without_the_token_nothing_is_shown(site: Site) -> None:
    with urllib.request.urlopen(
        f"http://127.0.0.1:{site.port}/formgrader/manage_assignments", timeout=30
    ) as answer:
        assert "/login" in answer.url


def test_a_taken_port_is_one_line(tiny: TinyCourse) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        with pytest.raises(GraderError, match=f"Port {port} is taken"):
            serve(tiny.course, port)


def test_it_is_served_to_this_machine_alone(tiny: TinyCourse) -> None:
    argv = command(Course(tiny.folder), 8890, open_browser=False)
    assert "--ServerApp.ip=127.0.0.1" in argv
    assert not any("token" in part or "password" in part for part in argv)
