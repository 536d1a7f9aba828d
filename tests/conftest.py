from __future__ import annotations

import json
from collections.abc import Callable, Iterator

import pytest
from hypothesis import settings
from tabulate import tabulate

ROW = "row of "

# An example that takes long says how busy the machine is, and nothing of what is tested.
settings.register_profile("course", deadline=None)
settings.load_profile("course")


@pytest.fixture(scope="session", autouse=True)
def own_jupyter_folders(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Keep this process's kernels out of the profile and the runtime folder of all others."""
    with pytest.MonkeyPatch.context() as patch:
        for name in ("IPYTHONDIR", "JUPYTER_RUNTIME_DIR"):
            patch.setenv(name, str(tmp_path_factory.mktemp("jupyter")))
        yield


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave slow tests out unless `-m` names them."""
    if "slow" in config.option.markexpr:
        return
    slow = [item for item in items if item.get_closest_marker("slow")]
    if slow:
        config.hook.pytest_deselected(items=slow)
        items[:] = [item for item in items if item not in slow]


@pytest.fixture
def record_row(record_property: Callable[[str, object], None]) -> Callable[..., None]:
    """Keep a row of a table for the end of the run, whichever process the test runs in.

    The table's title comes first, then the cells by the names of their columns.
    """
    return lambda title, **cells: record_property(ROW + title, json.dumps(cells))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print the tables of which tests have recorded rows."""
    tables: dict[str, list[dict[str, object]]] = {}
    for outcome in ("passed", "failed"):
        for report in terminalreporter.getreports(outcome):
            for name, cells in report.user_properties if report.when == "call" else ():
                if name.startswith(ROW):
                    tables.setdefault(name.removeprefix(ROW), []).append(json.loads(cells))
    for title in sorted(tables):
        terminalreporter.section(title)
        rows = sorted(tables[title], key=lambda row: list(map(str, row.values())))
        terminalreporter.write_line(tabulate(rows, headers="keys"))
