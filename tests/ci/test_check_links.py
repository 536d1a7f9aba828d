"""Links to other sites are followed, and those that lead nowhere named with file and line."""

from __future__ import annotations

import subprocess
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from .conftest import REPOSITORY


class Site(BaseHTTPRequestHandler):
    """Another site, of one page."""

    def do_HEAD(self) -> None:
        self.send_response(200 if self.path == "/there" else 404)
        self.end_headers()

    def do_GET(self) -> None:
        self.do_HEAD()

    def log_message(self, format: str, *args: object) -> None:
        pass


@pytest.fixture
def address() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Site)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()


def check(folder: Path, page: str) -> tuple[int, str]:
    (folder / "conf.py").write_text("extensions = ['myst_parser']\n")
    (folder / "index.md").write_text(page)
    done = subprocess.run(
        [REPOSITORY / "scripts" / "check-links", str(folder), str(folder / "out")],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    return done.returncode, done.stdout


def test_a_link_that_leads_nowhere_is_named(tmp_path: Path, address: str) -> None:
    page = f"# Links\n\n[There]({address}/there).\n"
    code, said = check(tmp_path, page)
    assert code == 0 and "Every link to another site leads somewhere." in said, said
    code, said = check(tmp_path, f"{page}\n[Gone]({address}/gone).\n")
    assert code == 1 and f"index.md:5: [broken] {address}/gone" in said, said
    assert "/there" not in said
