"""The glossary's page is made of all pages."""

from __future__ import annotations

import pickle
from collections import defaultdict
from types import SimpleNamespace

import pytest


@pytest.mark.parametrize("which", range(3))
def test_the_glossary_is_read_again_when_any_page_changes_and_only_then(which: int) -> None:
    import reference

    metadata: dict[str, dict[str, bool]] = defaultdict(dict)
    metadata["appendix/glossary"][reference.OF_ALL_PAGES] = True
    env = SimpleNamespace(found_docs={"index", "appendix/glossary"}, metadata=metadata)
    nothing: list[set[str]] = [set(), set(), set()]
    assert reference._outdated(None, env, *nothing) == []
    pages = [*nothing[:which], {"index"}, *nothing[which + 1 :]]
    assert reference._outdated(None, env, *pages) == ["appendix/glossary"]


def test_the_directive_marks_its_page(build, tmp_path, monkeypatch) -> None:
    import reference

    monkeypatch.setattr(reference, "_table", lambda app, docname: reference.nodes.table())
    page = "# Words {ko}`말`\n\n```{glossary-table}\n```\n"
    build(page, extensions=["myst_parser", "bilingual", "reference", "maths"])
    env = pickle.loads((tmp_path / "doctrees" / "environment.pickle").read_bytes())
    assert reference._outdated(None, env, set(), {"index"}, set()) == ["index"]
