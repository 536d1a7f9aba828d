"""Results as JUnit XML, which continuous integration and test viewers read."""

from __future__ import annotations

from collections.abc import Sequence
from xml.etree import ElementTree

from .report import Row
from .validate import Check

PENDING = "a person must still grade this"


def of_checks(checks: Sequence[Check], suite: str, trouble: str) -> str:
    """The visible checks of one notebook: a case each, and one for a run cut short."""
    root = ElementTree.Element("testsuites")
    cases = _suite(root, suite)
    for check in checks:
        case = _case(cases, suite, check.name)
        if not check.passed:
            _failure(case, check.message)
    if trouble:
        _failure(_case(cases, suite, "notebook"), trouble)
    return _text(root)


def of_rows(rows: Sequence[Row]) -> str:
    """The grades of a class: a suite for each student, a case for each task.

    A task fails where points are missing, and is skipped while a person must grade it.
    """
    root = ElementTree.Element("testsuites")
    for row in rows:
        suite = _suite(root, f"{row.name}.{row.student}")
        for task, score in row.tasks.items():
            case = _case(suite, row.student, task)
            if task in row.pending:
                ElementTree.SubElement(case, "skipped", message=PENDING)
            elif score < row.most[task]:
                _failure(case, f"{score:g} of {row.most[task]:g} points. {row.note}".strip())
    return _text(root)


def _suite(root: ElementTree.Element, name: str) -> ElementTree.Element:
    return ElementTree.SubElement(root, "testsuite", name=_clean(name))


def _case(suite: ElementTree.Element, group: str, name: str) -> ElementTree.Element:
    return ElementTree.SubElement(suite, "testcase", classname=_clean(group), name=_clean(name))


def _failure(case: ElementTree.Element, message: str) -> None:
    first = message.split("\n", 1)[0]
    ElementTree.SubElement(case, "failure", message=_clean(first)).text = _clean(message)


def _clean(text: str) -> str:
    """`text` without the control characters that XML has no way to write."""
    return "".join(char if char.isprintable() or char in "\n\t" else " " for char in text)


def _text(root: ElementTree.Element) -> str:
    for suite in root:
        suite.set("tests", str(len(suite)))
        suite.set("failures", str(sum(case.find("failure") is not None for case in suite)))
        suite.set("skipped", str(sum(case.find("skipped") is not None for case in suite)))
        suite.set("errors", "0")
    ElementTree.indent(root)
    declaration = '<?xml version="1.0" encoding="utf-8"?>\n'
    return declaration + ElementTree.tostring(root, encoding="unicode") + "\n"
