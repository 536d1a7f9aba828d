"""Open nbgrader's formgrader on a course folder, without installing anything user-wide."""

from __future__ import annotations

import os
import socket
import subprocess
import sys

from .course import Course, make_gradebook
from .errors import GraderError

EXTENSIONS = {
    "nbgrader.server_extensions.formgrader": True,
    # These two belong to students and to shared servers; they want an exchange folder.
    "nbgrader.server_extensions.assignment_list": False,
    "nbgrader.server_extensions.course_list": False,
}


def command(course: Course, port: int, *, open_browser: bool) -> list[str]:
    """The command line of a Jupyter server whose front page is the formgrader."""
    settings = {
        "ip": "127.0.0.1",
        "port": port,
        "port_retries": 0,
        "root_dir": str(course.folder),
        "default_url": "/formgrader",
        "open_browser": open_browser,
        "answer_yes": True,  # Ctrl-C ends it without a question
        # In a container there is often no other user; the address is this machine's alone.
        "allow_root": True,
    }
    options = [f"--ServerApp.{name}={value}" for name, value in settings.items()]
    options += [
        f"--ServerApp.jpserver_extensions={name}={on}" for name, on in EXTENSIONS.items()
    ]
    return [sys.executable, "-m", "jupyter_server", *options]


def serve(course: Course, port: int, *, open_browser: bool = True) -> int:
    """Serve the formgrader until it is stopped; returns the server's exit status.

    Raises:
        GraderError: if the port is taken.
    """
    with socket.socket() as trial:
        trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            trial.bind(("127.0.0.1", port))
        except OSError:
            raise GraderError(
                f"Port {port} is taken: choose another with --port, or stop what uses it."
            ) from None
    make_gradebook(course.directory.db_url)
    # nbgrader reads nbgrader_config.py from the folder the server is started in.
    argv = command(course, port, open_browser=open_browser)
    if sys.platform != "win32":
        os.chdir(course.folder)
        # In this process's place, so that signals reach the server itself.
        os.execv(argv[0], argv)
    return subprocess.run(argv, cwd=course.folder).returncode
