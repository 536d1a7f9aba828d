from __future__ import annotations

from collections.abc import Callable

import pytest

TABLE = "table: "


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave slow tests out unless `-m` names them."""
    if "slow" in config.option.markexpr:
        return
    slow = [item for item in items if item.get_closest_marker("slow")]
    if slow:
        config.hook.pytest_deselected(items=slow)
        items[:] = [item for item in items if item not in slow]


@pytest.fixture
def record_table(
    record_property: Callable[[str, object], None],
) -> Callable[[str, str], None]:
    """Keep a table by its title for the end of the run, whichever process the test runs in."""
    return lambda title, text: record_property(TABLE + title, text)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print the tables that tests have recorded."""
    for outcome in ("passed", "failed"):
        for report in terminalreporter.getreports(outcome):
            for name, text in report.user_properties:
                if name.startswith(TABLE) and report.when == "call":
                    terminalreporter.section(name.removeprefix(TABLE))
                    terminalreporter.write_line(text)
