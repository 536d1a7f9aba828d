"""The three directives, which show what a released notebook and the settings say."""

from __future__ import annotations

import os
from abc import ABC, abstractmethod
from collections.abc import Sequence
from pathlib import Path, PurePosixPath
from typing import Any

from bilingual.syntax import KO_CLASSES, plain_words_in_both, split_plain
from docutils import nodes
from sphinx import addnodes
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.util import logging
from sphinx.util.docutils import SphinxDirective

from . import launch, words
from .released import Released, ReleaseError, Task, names, path_of, read_released
from .settings import Settings, read_settings

logger = logging.getLogger(__name__)
LISTED = "problem_sets_listed"
TITLES = "problem_sets_titles"


class SetList(nodes.General, nodes.Element):
    """Where the list of all sets comes, once all pages are read."""


class SetDirective(SphinxDirective, ABC):
    """A directive whose argument names a problem set."""

    required_arguments = 1

    def run(self) -> list[nodes.Node]:
        """Read the notebook; one that cannot be read is one warning and one line of text."""
        self.settings = read_settings(self.config)
        folder = self.settings.folder(Path(self.env.srcdir))
        name = self.arguments[0]
        self.env.note_dependency(str(path_of(folder, name)))
        try:
            shown = self.show(read_released(folder, name))
        except ReleaseError as error:
            _warn(str(error), self.get_location(), once_a_page=self.env.docname)
            return [nodes.paragraph("", "", *self.both(words.NOT_RELEASED))]
        self.set_source_info(shown)
        return [shown]

    @abstractmethod
    def show(self, released: Released) -> nodes.Element:
        """What the directive puts on the page."""

    def both(self, text: words.Both) -> list[nodes.Node]:
        """Inline nodes as the role `ko` leaves them; the extension `bilingual` pairs them."""
        english, korean = (self._inline(part) for part in text)
        if text[0] == text[1]:
            return [*english, nodes.inline("", "", classes=list(KO_CLASSES), same=True)]
        return [*english, nodes.Text(" "), nodes.inline("", "", *korean, classes=[*KO_CLASSES])]

    def _inline(self, text: str) -> list[nodes.Node]:
        return list(self.state.inline_text(text, self.lineno)[0])


class Tasks(SetDirective):
    """``{problem-set-tasks} NAME``: the tasks with their points."""

    def show(self, released: Released) -> nodes.Element:
        """A table with a row for each task and one for the sum."""
        heads = [words.NUMBER, words.TASK, words.POINTS, words.GRADED]
        rows = [self._row(task) for task in released.tasks]
        rows.append([[], self.both(words.TOTAL), _number(released.points), []])
        shown = [self.both(text) for text in heads]
        return _table(shown, rows, widths=(8, 54, 13, 25), name="problem-set-tasks")

    def _row(self, task: Task) -> list[list[nodes.Node]]:
        english = task.english[0].upper() + task.english[1:]
        means = words.BY_HAND if task.by_hand else words.BY_MACHINE
        if task.by_hand and task.by_machine:
            means = words.BOTH_WAYS
        return [
            _number(task.number),
            self.both((english, task.korean)),
            _number(task.points),
            self.both(means),
        ]


class Facts(SetDirective):
    """``{problem-set-facts} NAME``: time, deadline, and how to get the notebook open."""

    def show(self, released: Released) -> nodes.Element:
        """A table of two columns, what and which."""
        rows = [(words.DEADLINE, self._deadline(released.name))]
        if released.minutes:
            rows.insert(0, (words.TIME, self.both(words.minutes(*released.minutes))))
        rows.append((words.DOWNLOAD, self._downloads(released)))
        rows += self._servers(f"{released.name}/{released.name}.ipynb")
        shown = [[self.both(label), content] for label, content in rows]
        return _table([], shown, widths=(25, 75), name="problem-set-facts")

    def _deadline(self, name: str) -> list[nodes.Node]:
        given = self.settings.deadlines.get(name)
        if given is None:
            return self.both(words.NO_DEADLINE)
        return self.both((given, given))

    def _downloads(self, released: Released) -> list[nodes.Node]:
        """Links to the files, which Sphinx copies into the site."""
        page = Path(self.env.srcdir, self.env.docname).parent
        found: list[nodes.Node] = []
        for path in released.files:
            target = PurePosixPath(os.path.relpath(path, page)).as_posix()
            link = addnodes.download_reference(
                "", "", reftarget=target, refdoc=self.env.docname
            )
            link += nodes.literal("", path.name)
            found += [link, nodes.Text(" ")]
        return found[:-1]

    def _servers(self, file: str) -> list[tuple[words.Both, list[nodes.Node]]]:
        """A line for each server; Binder, where nothing is uploaded, only with an address."""
        colab = self._link(launch.colab(self.settings, file), words.OPEN_COLAB)
        binder = self._link(launch.binder(self.settings, file), words.OPEN_BINDER)
        hub = self._link(launch.jupyterhub(self.settings, file), words.OPEN_JUPYTERHUB)
        told = colab or self.both(words.UPLOAD_COLAB)
        rows = [(words.COLAB, told)]
        if source := launch.library(self.settings):
            rows.append((words.COLAB_LIBRARY, self.both(words.source_for_colab(source))))
        if binder:
            rows.append((words.BINDER, binder))
        return [*rows, (words.JUPYTERHUB, hub or self.both(words.UPLOAD_JUPYTERHUB))]

    def _link(self, address: str, text: words.Both) -> list[nodes.Node]:
        if not address:
            return []
        return [nodes.reference("", "", *self.both(text), refuri=address, internal=False)]


class List(SphinxDirective):
    """``{problem-set-list}``: all sets that have a page in this page's folder."""

    def run(self) -> list[nodes.Node]:
        """Leave a mark; titles are not known before every page is read."""
        folder = read_settings(self.config).folder(Path(self.env.srcdir))
        for name in names(folder):
            self.env.note_dependency(str(path_of(folder, name)))
        self.env.metadata[self.env.docname][LISTED] = names(folder)
        mark = SetList()
        self.set_source_info(mark)
        return [mark]


def _outdated(
    app: Sphinx, env: BuildEnvironment, added: set[str], changed: set[str], removed: set[str]
) -> list[str]:
    """Pages that list all sets, where a set came or went."""
    lists = [name for name in env.found_docs if LISTED in env.metadata[name]]
    now = names(read_settings(app.config).folder(Path(app.srcdir))) if lists else []
    return [name for name in lists if env.metadata[name][LISTED] != now]


def _moved(app: Sphinx, env: BuildEnvironment) -> list[str]:
    """Pages with a list to write again: a page of a set came, went or has another title."""
    lists = [name for name in env.found_docs if LISTED in env.metadata[name]]
    now = {
        name: [[page, env.titles[page].astext()] for page in _pages_beside(app, name)]
        for name in lists
    }
    changed = [name for name in lists if env.metadata[name].get(TITLES) != now[name]]
    for name in changed:
        env.metadata[name][TITLES] = now[name]
    return changed


def _fill(app: Sphinx, doctree: nodes.document, docname: str) -> None:
    for mark in list(doctree.findall(SetList)):
        mark.replace_self(_list(app, docname, mark))


def _list(app: Sphinx, docname: str, mark: SetList) -> nodes.table:
    """A row for each set with a page, in the order of the table of contents."""
    settings = read_settings(app.config)
    folder = settings.folder(Path(app.srcdir))
    pages = _pages_beside(app, docname)
    for name in sorted(set(names(folder)) - {PurePosixPath(page).name for page in pages}):
        _warn(f"the problem set {name!r} has no page beside this one", mark)
    heads = [words.PROBLEM_SET, words.TASKS, words.POINTS, words.TIME, words.DEADLINE]
    rows = [_list_row(app, docname, page, folder, settings) for page in pages]
    widths = [44, 12, 12, 16, 16]
    if not settings.deadlines:  # each page says so; a column of it would say nothing
        heads, widths = heads[:-1], widths[:-1]
        rows = [row[:-1] for row in rows]
    shown = [plain_words_in_both(*text) for text in heads]
    return _table(shown, rows, widths=widths, name="problem-set-list")


def _pages_beside(app: Sphinx, docname: str) -> list[str]:
    """The pages of this page's folder, in the order of the table of contents."""
    folder = PurePosixPath(docname).parent
    pages = app.env.toctree_includes.get(app.config.root_doc, [])
    beside = [page for page in pages if PurePosixPath(page).parent == folder]
    # A page that is gone is still in the table of contents until that is read again.
    return [page for page in beside if page != docname and page in app.env.titles]


def _list_row(
    app: Sphinx, docname: str, page: str, folder: Path, settings: Settings
) -> list[list[nodes.Node]]:
    name = PurePosixPath(page).name
    address = app.builder.get_relative_uri(docname, page)
    title = _short_title(app.env.titles[page].astext())
    link: list[nodes.Node] = [nodes.reference("", "", *title, refuri=address, internal=True)]
    due = settings.deadlines.get(name)
    told = [nodes.Text(due)] if due else plain_words_in_both(*words.NO_DEADLINE)
    try:
        released = read_released(folder, name)
    except ReleaseError:  # its own page has warned
        return [link, [], [], [], told]
    time = plain_words_in_both(*words.minutes(*released.minutes)) if released.minutes else []
    return [link, _number(len(released.tasks)), _number(released.points), time, told]


def _short_title(title: str) -> list[nodes.Node]:
    """A page's title in a column whose head says that it is a problem set."""
    parts = zip(split_plain(title), words.PROBLEM_SET, strict=True)
    english, korean = (part.removeprefix(f"{head}: ") for part, head in parts)
    return plain_words_in_both(english[0].upper() + english[1:], korean)


def _number(value: float) -> list[nodes.Node]:
    return [nodes.Text(f"{value:g}")]


def _table(
    heads: Sequence[list[nodes.Node]],
    rows: Sequence[Sequence[list[nodes.Node]]],
    *,
    widths: Sequence[int],
    name: str,
) -> nodes.table:
    group = nodes.tgroup("", *(nodes.colspec(colwidth=width) for width in widths))
    group["cols"] = len(widths)
    if not heads:  # then the first column says what the second is
        group[0]["stub"] = 1
    else:
        group += nodes.thead("", _row(heads))
    group += nodes.tbody("", *map(_row, rows))
    return nodes.table("", group, classes=[name])


def _row(cells: Sequence[list[nodes.Node]]) -> nodes.row:
    return nodes.row("", *(nodes.entry("", nodes.paragraph("", "", *cell)) for cell in cells))


_warned: set[tuple[str, str]] = set()


def _warn(text: str, location: Any, once_a_page: str = "") -> None:
    """Warn; a page with several directives of one set says it once a build."""
    if once_a_page:
        if (once_a_page, text) in _warned:
            return
        _warned.add((once_a_page, text))
    logger.warning(text, type="problem_sets", subtype="released", location=location)


def _forget_warnings(app: Sphinx, env: Any, docnames: Any) -> None:
    _warned.clear()


def setup(app: Sphinx) -> None:
    """Register nodes and directives."""
    app.add_node(SetList)
    app.add_directive("problem-set-tasks", Tasks)
    app.add_directive("problem-set-facts", Facts)
    app.add_directive("problem-set-list", List)
    app.connect("env-get-outdated", _outdated)
    app.connect("env-before-read-docs", _forget_warnings)
    app.connect("env-updated", _moved)
    app.connect("doctree-resolved", _fill)
