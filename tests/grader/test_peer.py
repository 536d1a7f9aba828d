"""Compat mode against nbgrader itself, on nbgrader's own packaged test notebooks."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from pathlib import Path

import pytest

from .peer import Peer, SamplePeer, grade_ids, packaged

PACKAGED = packaged()
REFUSED = {
    # nbgrader makes no release version of these: an old schema, a bad cell, a new format.
    *(f"apps/test-{kind}" for kind in ("no-metadata-autotest", "no-metadata")),
    *(f"apps/test-{kind}" for kind in ("v0-invalid", "v0", "v1", "v2")),
    "apps/too-new",
    *(f"preprocessors/bad-markdown-cell-{number}" for number in (1, 2)),
    *(f"preprocessors/blank-{what}" for what in ("grade-id", "points")),
    *("preprocessors/cell-type-changed", "preprocessors/duplicate-grade-ids"),
    *(f"preprocessors/submitted-{what}-type-changed" for what in ("answer-cell", "grade-cell")),
}
SOURCES = sorted(PACKAGED.keys() - REFUSED)
FEW = {
    "apps/test-hidden-tests": ["apps/test-hidden-tests", "apps/test", "apps/test-v1"],
    "apps/submitted-unchanged": [
        *("apps/submitted-changed", "apps/submitted-cheat-attempt"),
        *("preprocessors/submitted-grade-cell-type-changed", "apps/too-new"),
    ],
    "preprocessors/manually-graded-code-cell": ["preprocessors/duplicate-grade-ids"],
}

LATE = """
import sys
sys.path.insert(0, {root!r})
from lateness import Lateness
c.AssignLatePenalties.plugin_class = Lateness
"""
PLUGIN = """
from nbgrader.plugins import BasePlugin

class Lateness(BasePlugin):
    def late_submission_penalty(self, student_id, score, total_seconds_late):
        return min(total_seconds_late / 360_000, score)
"""


@pytest.fixture(autouse=True)
def _quiet() -> Iterator[None]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


def hand_in(peer: Peer, names: list[str]) -> None:
    """The release version as it is, then packaged notebooks by their names."""
    peer.submit("as-released", peer.released())
    for name in names:
        peer.submit(name.replace("/", "-"), PACKAGED[name])


def kin(source: str) -> list[str]:
    """The source itself, and every other notebook with some of its grade ids."""
    ids = grade_ids(PACKAGED[source])
    return [source] + [
        name for name, path in PACKAGED.items() if name != source and ids & grade_ids(path)
    ]


@pytest.mark.sandbox
@pytest.mark.parametrize("source", FEW)
def test_a_handful_scores_as_nbgrader_does(tmp_path: Path, source: str) -> None:
    peer = Peer(tmp_path, PACKAGED[source])
    hand_in(peer, FEW[source])
    peer.grade()
    assert sum(peer.finished.values()) >= 1
    assert peer.differences() == {}


@pytest.mark.sandbox
def test_late_penalties_are_nbgraders(tmp_path: Path) -> None:
    (tmp_path / "lateness.py").write_text(PLUGIN)
    peer = Peer(
        tmp_path,
        PACKAGED["apps/submitted-unchanged"],
        more=LATE.format(root=str(tmp_path)),
        due="2015-02-02 15:58:23 UTC",
    )
    changed = PACKAGED["apps/submitted-changed"]
    peer.submit("early", changed, "2015-02-01 15:58:23 PST")
    peer.submit("in-time", changed, "2015-02-02 15:58:23 UTC")
    peer.submit("late", changed, "2015-02-02 17:58:23 UTC")
    peer.submit("later", changed, "2015-02-09T15:58:23")
    peer.submit("never", changed)
    peer.grade()
    assert all(peer.finished.values())
    assert peer.differences() == {}
    penalties = [peer.outcomes(student)[1].penalty for student in peer.students]  # type: ignore[union-attr]
    assert penalties[0] == penalties[1] == penalties[4] == 0
    assert 0 < penalties[2] < penalties[3]


@pytest.mark.slow
@pytest.mark.sandbox
def test_the_sample_class_scores_as_nbgrader_does(tmp_path: Path) -> None:
    """Both grade a copy of the sample class; where its cells run out of time both say so."""
    peer = SamplePeer(tmp_path)
    peer.grade()
    assert set(peer.records) == set(peer.students)
    assert sum(peer.finished.values()) >= 5
    assert peer.differences() == {}


@pytest.mark.slow
@pytest.mark.sandbox
@pytest.mark.parametrize("source", SOURCES)
def test_every_packaged_notebook_scores_as_nbgrader_does(tmp_path: Path, source: str) -> None:
    peer = Peer(tmp_path, PACKAGED[source])
    assert not peer.trouble
    hand_in(peer, kin(source))
    peer.grade()
    assert set(peer.records) == set(peer.students)
    assert peer.differences() == {}
