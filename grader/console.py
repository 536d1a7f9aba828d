"""How the command line speaks: one line for an error, a bar for progress, JSON if asked."""

from __future__ import annotations

import json
import re
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import click

from .errors import in_plain_words

EPILOG = """\b
Exit status:
  0    all done; a student's own failing work is a result, not an error
  1    something must be mended first; one line says what
  2    the command was typed wrongly
  130  stopped with Ctrl-C; what was graded is kept
"""
TROUBLE = 1
CONTROL = re.compile("[\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]")
"""What a terminal obeys or hides although JSON allows it bare: DEL, C1, directions of text."""
STOPPED_BY_HAND = 130


class Group(click.Group):
    """Prints errors that have a known cause as one line, and never a traceback for them."""

    def invoke(self, ctx: click.Context) -> Any:
        """Run the chosen command."""
        try:
            return super().invoke(ctx)
        except (KeyboardInterrupt, click.exceptions.Abort):
            _end_at_once_next_time()
            say("stopped. What was done is kept; run the command again to go on.")
            ctx.exit(STOPPED_BY_HAND)
        except BrokenPipeError:
            raise  # click ends quietly when the reader of a pipe has gone
        except Exception as error:
            words = in_plain_words(error)
            if words is None:
                raise
            say(words)
            ctx.exit(TROUBLE)


def _end_at_once_next_time() -> None:
    """Let an impatient second Ctrl-C end the command without Python's traceback."""
    if threading.current_thread() is threading.main_thread():
        signal.signal(signal.SIGINT, signal.SIG_DFL)


def say(words: str) -> None:
    """Print one line on stderr in the command's name."""
    click.echo(f"grader: {words}", err=True)


json_option = click.option(
    "--json", "as_json", is_flag=True, help="Print what came of it as JSON on stdout."
)


def print_json(what: object) -> None:
    """Print JSON, in letters as they are."""
    click.echo(to_json(what))


def to_json(what: object) -> str:
    """JSON in letters as they are, and escapes for all that would not show as a letter."""
    text = printable(json.dumps(what, ensure_ascii=False, indent=2))
    return CONTROL.sub(lambda found: f"\\u{ord(found[0]):04x}", text)


def printable(text: str) -> str:
    """`text` with what has no UTF-8, as in some names of files, written as an escape."""
    return text.encode("utf-8", "backslashreplace").decode()


@contextmanager
def progress(total: int, label: str) -> Iterator[Callable[[], Any]]:
    """A bar with an estimate on stderr; call what it gives after each step."""
    from tqdm import tqdm

    with tqdm(total=total, desc=label, unit="student", file=sys.stderr, leave=False) as bar:
        yield lambda: bar.update(1)
