"""Brings the channel's code into sandboxes, which cannot see the package `grader`."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path

PACKAGE = "grader_channel"
STUDENT = ("frames", "protocol", "changes", "shared", "describe", "gradients", "peer", "serve")
CHECKER = (*STUDENT[:-1], "proxies", "lending", "checker")
HOLDER = "_grader_channel"
LOAD = f"""
def _load(sources):
    import sys, types
    for name in ["", *sources]:
        full = "{PACKAGE}" + (name and "." + name)
        module = types.ModuleType(full)
        module.__package__ = "{PACKAGE}"
        if not name:
            module.__path__ = []
        sys.modules[full] = module
        if name:
            setattr(sys.modules["{PACKAGE}"], name, module)
            exec(compile(sources[name], "<" + full + ">", "exec"), module.__dict__)
    return module
"""
PROGRAM = (
    LOAD
    + """
import json, os, struct
_control, _channel = map(int, os.environ.pop("GRADER_SOCKETS").split(","))
def _read(count):
    found = b""
    while len(found) < count:
        more = os.read(_control, count - len(found))
        if not more:
            raise SystemExit
        found += more
    return found
_load(json.loads(_read(struct.unpack(">Q", _read(8))[0]))).main(_control, _channel)
"""
)
"""The checker's main program: the rest comes over its socket."""
SERVE = f"__import__('sys').modules['{PACKAGE}.serve'].{HOLDER}.serve()"
"""What the kernel runs while the checker runs a test cell."""


@cache
def sources(names: tuple[str, ...]) -> str:
    """Source text of modules by name, as JSON."""
    folder = Path(__file__).parent
    return json.dumps({name: (folder / f"{name}.py").read_text("utf-8") for name in names})


def student_start() -> str:
    """A cell that makes the kernel ready to serve the checker; it leaves no name behind."""
    return (
        LOAD
        + f"_serve = _load({json.loads(sources(STUDENT))!r})\n"
        + f"_serve.{HOLDER} = _serve.start(int(__import__('os').environ.pop("
        + "'GRADER_SOCKETS')), get_ipython().user_ns)\n"
        + "del _load, _serve"
    )
