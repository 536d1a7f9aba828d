"""The site: what a page loads, how soon it is there, how soon a change is built."""

from __future__ import annotations

import contextlib
import gzip
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from playwright.sync_api import Browser, Page

from tests.bench.registry import MIN_RUNS, Measurement, benchmark
from tests.browser import chromium

REPOSITORY = Path(__file__).resolve().parents[2]
SITE = REPOSITORY / "_build" / "html"
KIB = 1024
SLOWER = 4
# Heavy in maths, in pictures, in code, and the first page.
TIMED = ("index", "gan/gan", "gan/dcgan", "preliminaries/linear-algebra", "appendix/library")
WATCH = """
window.seen = {paint: 0, shift: 0};
window.tasks = [];
new PerformanceObserver(list => list.getEntries().forEach(entry => {
  seen.paint = Math.max(seen.paint, entry.startTime);
})).observe({type: "largest-contentful-paint", buffered: true});
new PerformanceObserver(list => list.getEntries().forEach(entry => {
  if (!entry.hadRecentInput) seen.shift += entry.value;
})).observe({type: "layout-shift", buffered: true});
new PerformanceObserver(list => list.getEntries().forEach(entry => {
  tasks.push([entry.startTime, entry.startTime + entry.duration]);
})).observe({type: "longtask", buffered: true});
"""
# As Total Blocking Time is defined: what tasks take beyond 50 ms, once something is painted.
BLOCKED = """() => {
  const painted = performance.getEntriesByName("first-contentful-paint")[0].startTime;
  const parts = tasks.map(([start, end]) => end - Math.max(start, painted) - 50);
  return parts.filter(part => part > 0).reduce((sum, part) => sum + part, 0);
}"""


class _Compressing(SimpleHTTPRequestHandler):
    """Serves text compressed, as every host of static sites does."""

    def log_message(self, format: str, *args: object) -> None:
        pass

    def do_GET(self) -> None:
        path = Path(self.translate_path(self.path))
        kind = self.guess_type(str(path))
        text = kind.startswith("text/") or kind.endswith(("javascript", "json", "svg+xml"))
        if not (text and path.is_file()):
            super().do_GET()
            return
        body = gzip.compress(path.read_bytes(), 6)
        self.send_response(200)
        self.send_header("Content-Type", f"{kind}; charset=utf-8")
        self.send_header("Content-Encoding", "gzip")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        with contextlib.suppress(BrokenPipeError, ConnectionResetError):
            self.wfile.write(body)


@contextlib.contextmanager
def served() -> Iterator[str]:
    """The address of the built site."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(_Compressing, directory=str(SITE)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()


def pages() -> list[str]:
    """Every page of the site, by its path without the ending."""
    found = (path.relative_to(SITE) for path in SITE.rglob("*.html"))
    return sorted(str(path)[:-5] for path in found if path.parts[0] != "_static")


@dataclass(frozen=True)
class Load:
    """What one page loads before a reader scrolls."""

    bytes: float
    requests: int


def load(browser: Browser, address: str, lang: str) -> Load:
    """Open a page with an empty cache and add up what comes over the wire."""
    context = browser.new_context(viewport={"width": 1280, "height": 800})
    page = context.new_page()
    session = context.new_cdp_session(page)
    session.send("Network.enable")
    sizes: dict[str, float] = {}
    inside: set[str] = set()  # pictures and fonts that the page itself holds

    def note(event: dict) -> None:
        if event["request"]["url"].startswith("data:"):
            inside.add(event["requestId"])

    session.on("Network.requestWillBeSent", note)
    session.on(
        "Network.loadingFinished",
        lambda event: sizes.update({event["requestId"]: event["encodedDataLength"]}),
    )
    page.goto(f"{address}?lang={lang}", wait_until="networkidle")
    context.close()
    asked = [size for name, size in sizes.items() if name not in inside]
    return Load(sum(asked), len(asked))


@benchmark("site")
def weight() -> Iterator[Measurement]:
    """What the heaviest page loads at first, over all pages in both languages."""
    with served() as address, chromium() as browser:
        loads = [
            load(browser, f"{address}/{name}.html", lang)
            for name in pages()
            for lang in ("en", "ko")
        ]
    kib = [each.bytes / KIB for each in loads]
    unit = "KiB over the wire, compressed, heaviest of all pages in both languages"
    yield Measurement("site.weight", max(kib), unit, 350 * 1000 / KIB, "lower", kib)
    requests = [float(each.requests) for each in loads]
    unit = "requests, most of all pages in both languages"
    yield Measurement("site.requests", max(requests), unit, 25, "lower", requests)


def _seen(page: Page) -> dict[str, float]:
    page.wait_for_timeout(500)
    return {**page.evaluate("seen"), "blocked": page.evaluate(BLOCKED)}


@benchmark("site")
def speed() -> Iterator[Measurement]:
    """Paint, blocking and shifts on a slow device; for each page the median of five."""
    found: dict[str, list[float]] = {"paint": [], "blocked": [], "shift": []}
    with served() as address, chromium() as browser:
        for name in TIMED:
            single: dict[str, list[float]] = {key: [] for key in found}
            for _ in range(MIN_RUNS):
                context = browser.new_context(viewport={"width": 1280, "height": 800})
                page = context.new_page()
                page.add_init_script(WATCH)
                session = context.new_cdp_session(page)
                session.send("Emulation.setCPUThrottlingRate", {"rate": SLOWER})
                page.goto(f"{address}/{name}.html", wait_until="networkidle")
                for key, value in _seen(page).items():
                    single[key].append(value)
                context.close()
            for key, values in single.items():
                found[key].append(statistics.median(values))
    where = f"worst of {', '.join(TIMED)}, localhost, CPU {SLOWER} × slower"
    paint = [value / 1000 for value in found["paint"]]
    unit = f"s to the largest contentful paint ({where})"
    yield Measurement("site.paint", max(paint), unit, 1.0, "lower", paint)
    unit = f"ms of total blocking time ({where})"
    yield Measurement(
        "site.blocking", max(found["blocked"]), unit, 150, "lower", found["blocked"]
    )
    unit = f"cumulative layout shift ({where})"
    yield Measurement("site.shift", max(found["shift"]), unit, 0.02, "lower", found["shift"])


def build(target: Path, repository: Path) -> float:
    """Build the site of a repository, as `make site` does, and return the seconds it took."""
    command = [
        *(str(Path(sys.executable).with_name("jupyter-book")), "build", "book"),
        *("--config", "_config.yml", "--toc", str(repository / "_toc.yml")),
        *("--path-output", str(target), "--warningiserror", "--nitpick", "--keep-going"),
    ]
    begun = time.perf_counter()
    subprocess.run(command, check=True, capture_output=True, cwd=repository, env=os.environ)
    return time.perf_counter() - begun


def copy_repository(target: Path) -> None:
    """Copy all that a build reads, executed cells included: a page will be edited there."""
    made = (".git", ".venv", "_build", ".*_cache", ".hypothesis", "__pycache__", "big_class")
    shutil.copytree(REPOSITORY, target, ignore=shutil.ignore_patterns(*made))
    executed = Path("_build", "executed")
    shutil.copytree(REPOSITORY / executed, target / executed)


@benchmark("site", long=True)
def builds() -> Iterator[Measurement]:
    """The whole site from executed cells, again unchanged, and with one paragraph edited."""
    with tempfile.TemporaryDirectory() as folder:
        repository = Path(folder, "course")
        copy_repository(repository)
        whole = []
        for number in range(MIN_RUNS):
            target = Path(folder, str(number))
            whole.append(build(target, repository))
            if number:
                shutil.rmtree(target)
        target = Path(folder, "0")
        unchanged = [build(target, repository) for _ in range(MIN_RUNS)]
        chapter = repository / "book" / "preliminaries" / "calculus.md"
        text, edited = chapter.read_text(encoding="utf-8"), []
        for number in range(MIN_RUNS):
            at = text.index("\n\n", text.index("\n# ")) + 2
            more = f"{text[:at]}{text[at:].replace('. ', f'. {number}: ', 1)}"
            chapter.write_text(more, encoding="utf-8")
            edited.append(build(target, repository))
    median = statistics.median
    unit = "s for the whole site from executed cells"
    yield Measurement("build.whole", median(whole), unit, 90, "lower", whole)
    unit = "s for a build with nothing changed"
    yield Measurement("build.unchanged", median(unchanged), unit, 5, "lower", unchanged)
    unit = "s for a build with one paragraph edited"
    yield Measurement("build.paragraph", median(edited), unit, 8, "lower", edited)
