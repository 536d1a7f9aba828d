"""A plugin for pytest that lets nbval judge runs that are kept or made by `runs`.

nbval sends cells to a kernel and compares what comes back. Here something takes the kernel's
place that answers with what the cells put out when they ran. What is collected, cleaned,
compared and reported stays nbval's.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Generator
from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbformat import NotebookNode
from nbval.plugin import IPyNbFile

from .runs import Run, run_of

RUNS = pytest.StashKey["Runs"]()


class Replay:
    """Answers as a kernel would, from a run."""

    def __init__(self, run: Run) -> None:
        self._run = run
        self._cells = deque(run.cells)
        self._messages: deque[dict[str, Any]] = deque()
        self._asked = 0
        self._failed = False

    def is_alive(self) -> bool:
        return True

    def execute_cell_input(self, source: str, allow_stdin: bool | None = None) -> str:
        cell = self._cells.popleft() if self._cells else None
        if cell is None or cell.source != source:
            outputs = [_error("the reference is out of step: run `make references`")]
        elif self._failed:
            outputs = [_error("did not run, for a cell before it failed")]
        else:
            outputs = cell.outputs
            self._failed = _has_error(cell)
            if self._run.failure and not self._failed and not self._ran_on():
                self._failed, outputs = True, [*outputs, _error(self._run.failure)]
        self._asked += 1
        idle = NotebookNode(output_type="status", execution_state="idle")
        for content in [*outputs, idle]:
            message = {"msg_type": content.output_type, "content": content}
            self._messages.append({**message, "parent_header": {"msg_id": str(self._asked)}})
        return str(self._asked)

    def _ran_on(self) -> bool:
        """Whether a later cell was reached; a kernel that dies leaves no error in a cell."""
        return any(cell.execution_count or cell.outputs for cell in self._cells)

    def await_reply(self, msg_id: str, timeout: float | None = None) -> None:
        """Replies are there at once."""

    def await_idle(self, msg_id: str, timeout: float | None = None) -> None:
        self._messages.clear()

    def get_message(self, stream: str, timeout: float | None = None) -> dict[str, Any]:
        return self._messages.popleft()

    def stop(self) -> None:
        self._messages.clear()


def _error(text: str) -> NotebookNode:
    return NotebookNode(output_type="error", ename="NotRun", evalue=text, traceback=[text])


def _has_error(cell: NotebookNode) -> bool:
    expected = {"raises-exception", "nbval-raises-exception"} & set(
        cell.metadata.get("tags", [])
    )
    return not expected and any(output.output_type == "error" for output in cell.outputs)


class ReplayedNotebook(IPyNbFile):
    """A notebook whose cells are compared with a run."""

    def setup(self) -> None:
        self.setup_sanitize_files()
        self.kernel = Replay(self.config.stash[RUNS].run(self.path))


class Runs:
    """The plugin: `pytest.main([...], plugins=[Runs(folder)])`.

    Args:
        folder: the notebooks to judge lie in it under the names of their sources.
        fresh: whether to execute all, whatever the cache holds.
        reports: a folder for the notebooks that failed, as far as they ran.
    """

    def __init__(
        self, folder: Path, *, fresh: bool = False, reports: Path | None = None
    ) -> None:
        self.folder = folder
        self.fresh = fresh
        self.reports = reports
        self.kept: list[str] = []
        self.made: list[str] = []
        self._config: Any = None

    def pytest_configure(self, config: pytest.Config) -> None:
        config.stash[RUNS] = self
        self._config = config

    @pytest.hookimpl(wrapper=True)
    def pytest_collect_file(
        self, file_path: Path, parent: pytest.Collector
    ) -> Generator[None, list[Any], list[Any]]:
        found = yield
        return [
            ReplayedNotebook.from_parent(parent, path=file_path)
            if isinstance(node, IPyNbFile)
            else node
            for node in found
        ]

    def run(self, path: Path) -> Run:
        """The run of the notebook at a path."""
        name = path.relative_to(self.folder).with_suffix("").as_posix()
        run = run_of(name, fresh=self.fresh, say=self._say)
        if run.seconds is None:
            self.kept.append(name)
        else:
            self.made.append(f"{name} ({run.seconds:.0f} s)")
        if run.failure and self.reports:
            self._report(name, run)
        return run

    def _report(self, name: str, run: Run) -> None:
        """Keep what ran and how it ended, for those who cannot run it themselves."""
        assert self.reports is not None
        path = self.reports / "failed" / f"{name.replace('/', '.')}.ipynb"
        path.parent.mkdir(parents=True, exist_ok=True)
        nbformat.write(nbformat.v4.new_notebook(cells=run.cells), path)
        path.with_suffix(".txt").write_text(run.failure, encoding="utf-8")

    def _say(self, line: str) -> None:
        reporter = self._config.pluginmanager.get_plugin("terminalreporter")
        reporter.ensure_newline()
        reporter.write_line(line)

    def pytest_terminal_summary(self, terminalreporter: Any) -> None:
        terminalreporter.section("runs that were compared")
        terminalreporter.write_line(f"Executed now: {', '.join(self.made) or 'none'}")
        terminalreporter.write_line(
            "Executed before, with the same code, library, data, versions, profile and device: "
            f"{', '.join(self.kept) or 'none'}"
        )
