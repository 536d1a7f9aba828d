"""The one browser that tests and benchmarks look at pages with."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import Browser, sync_playwright

# Debian's name and Ubuntu's. Where there is neither, playwright's error names the first.
NAMES = ("chromium", "chromium-browser")
PROGRAM = next(filter(None, map(shutil.which, NAMES)), NAMES[0])
OPTIONS = ("--no-sandbox", "--disable-gpu", "--disable-background-networking")


@contextmanager
def chromium() -> Iterator[Browser]:
    """A running chromium, which ends with the block.

    Playwright's event loop runs as long, and no other may start in this thread meanwhile.
    """
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=PROGRAM, args=[*OPTIONS])
        try:
            yield started
        finally:
            started.close()
