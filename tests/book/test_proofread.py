"""The proofreader of the Korean, on sentences broken on purpose."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner
from proofread.__main__ import main
from proofread.findings import findings, load_terms
from proofread.pairs import Pair, pairs
from proofread.particles import misfits

from grader.sources import SOLUTIONS

from .conftest import REPOSITORY

TERMS = load_terms(REPOSITORY / "book" / "terms.yml")
NOUNS = ["생성자", "판별자", "손실", "훈련", "학습률", "설정", "데이터", "렁"]


def messages(english: str, korean: str) -> list[str]:
    pair = Pair(1, english, 4, korean)
    return [str(finding) for finding in findings(pair, TERMS, Path("book/x.md"))]


@pytest.mark.parametrize(
    ("wrong", "right"),
    [
        ("생성자은 데이터를 보지 않습니다.", "생성자는"),
        ("손실가 줄어듭니다.", "손실이"),
        ("판별자과 겨룹니다.", "판별자와"),
        ("훈련를 마칩니다.", "훈련을"),
        ("데이터을 읽습니다.", "데이터를"),
        ("렁로 올라갑니다.", "렁으로"),
        ("학습률로 정합니다. 손실으로 잽니다.", "손실로"),
        ("사람를 봅니다.", "사람을"),
        ("코끼리으로 바꿉니다.", "코끼리로"),
        ("GAN는 둘로 이루어집니다.", "GAN은"),
        ("GAN를 훈련합니다.", "GAN을"),
        ("CPU을 씁니다.", "CPU를"),
        ("PyTorch은 빠릅니다.", "PyTorch는"),
        ("값은 3를 넘습니다.", "3을"),
        ("값은 0.693와 같습니다.", "0.693과"),
        ("값은 100를 넘습니다.", "100을"),
        ("생성자(generator)이 만듭니다.", "자(generator)가"),
        ("튜링(Alan Turing, 1912–1954)는 물었습니다.", "링(Alan Turing, 1912–1954)은"),
        ("DCGAN(2016)를 봅니다.", "DCGAN(2016)을"),
    ],
)
def test_a_particle_that_does_not_fit_is_found(wrong, right):
    found = [written for _, _, written in misfits(wrong, NOUNS)]
    assert found == [right]


@pytest.mark.parametrize(
    "sentence",
    [
        "전문가가 경로로 갑니다.",
        "가을이 되면 마을은 결과와 효과를 평가합니다.",
        "먹는 것과 값은 다릅니다. 높은 곳으로 나은 길을 지을 것입니다.",
        "새로 바로 서로 실제로 그대로 함수로 계산합니다.",
        "GAN은 GPU로 훈련하고 PyTorch로 씁니다. 학습률로 100을 나눕니다.",
        "1은 2와 다르고 3과 4는 6으로 나눕니다. 7로 곱합니다.",
        "손실이 줄고 데이터가 늘며 판별자와 생성자는 겨룹니다.",
        "URL로 열고 HTML로 바꿉니다.",
        "튜링(Alan Turing, 1912–1954)은 손실(loss)이 아니라 생성자(generator)를 봅니다.",
    ],
)
def test_right_particles_are_left_alone(sentence):
    assert list(misfits(sentence, NOUNS)) == []


def test_a_word_of_the_never_column_is_found_with_file_and_line():
    found = messages("The generator wins.", "첫 줄입니다.\n생성기는 이깁니다.")
    assert found == ['book/x.md:5: "생성기" for "generator": the term is 생성자']


def test_a_never_word_counts_only_where_the_english_has_the_term():
    assert messages("A new era began.", "새로운 시대가 열렸습니다.") == []
    assert len(messages("One epoch later", "한 시대 뒤에")) == 1


def test_a_concept_left_in_english_is_found():
    found = messages("The generator wins.", "generator가 이깁니다.")
    assert found == ['book/x.md:4: "generator" is left in English: the term is 생성자']


def test_english_in_parentheses_and_code_is_no_finding():
    assert messages("The generator", "생성자(generator)를 `generator`라고 부릅니다.") == []


def test_a_sentence_stuck_to_the_one_before_is_found():
    found = messages("One. Two.", "하나입니다.둘입니다.")
    assert len(found) == 1 and 'no space after "하나입니다.' in found[0]


def test_decimals_files_and_abbreviations_have_no_space():
    assert messages("x", "값은 0.5입니다. 파일 `gan.md`를 여십시오(예: a.b).") == []


SOURCE = """---
kernelspec: {name: python3}
---

# Training {ko}`훈련`

One paragraph.

:::{ko}
한 문단입니다.
:::

```{code-cell}
print("no prose")
```

::::{admonition} Mind {ko}`유의`
:class: note

Inside.

:::{ko}
안쪽입니다.
:::
::::

- a
- b

:::{ko}
- 가
- 나
:::

| Symbol {ko}`기호` | $x$ |
| --- | --- |
| one {ko}`하나` | 1 |
"""


def test_pairs_are_found_with_their_lines():
    found = [(pair.line, pair.english, pair.korean_line, pair.korean) for pair in pairs(SOURCE)]
    assert found == [
        (5, "Training", 5, "훈련"),
        (7, "One paragraph.", 10, "한 문단입니다."),
        (17, "Mind", 17, "유의"),
        (20, "Inside.", 23, "안쪽입니다."),
        (27, "- a\n- b", 31, "- 가\n- 나"),
        (35, "Symbol", 35, "기호"),
        (37, "one", 37, "하나"),
    ]


@pytest.fixture
def course(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.delenv(SOLUTIONS, raising=False)
    (tmp_path / "book").mkdir()
    terms = (REPOSITORY / "book" / "terms.yml").read_text(encoding="utf-8")
    (tmp_path / "book" / "terms.yml").write_text(terms, encoding="utf-8")
    (tmp_path / "book" / "page.md").write_text(SOURCE, encoding="utf-8")
    return tmp_path


def run(course: Path, *arguments: str):
    return CliRunner().invoke(main, ["--root", str(course), *arguments])


def rewrite(course: Path, old: str, new: str) -> None:
    path = course / "book" / "page.md"
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


def test_unrecorded_pairs_fail_and_recorded_ones_pass(course):
    first = run(course, "check")
    assert first.exit_code == 1 and "book/page.md:7: not in the lock yet" in first.output
    assert run(course, "record").exit_code == 0
    assert run(course, "check").exit_code == 0


def test_changed_english_with_old_korean_fails_until_it_is_accepted(course):
    run(course, "record")
    rewrite(course, "One paragraph.", "Another paragraph.")
    stale = run(course, "check")
    assert stale.exit_code == 1
    assert "book/page.md:7: the English changed and the Korean did not" in stale.output
    assert stale.output.count("book/page.md:") == 1
    recorded = run(course, "record")
    assert "book/page.md:7: stale, not recorded" in recorded.output
    assert run(course, "check").exit_code == 1
    assert run(course, "accept", "book/page.md").exit_code == 0
    assert run(course, "check").exit_code == 0


def test_both_changed_is_recorded(course):
    run(course, "record")
    rewrite(course, "One paragraph.", "Another paragraph.")
    rewrite(course, "한 문단입니다.", "다른 문단입니다.")
    assert "not in the lock yet" in run(course, "check").output
    run(course, "record")
    assert run(course, "check").exit_code == 0


def test_only_line_breaks_changed_is_no_change(course):
    run(course, "record")
    rewrite(course, "One paragraph.", "One\nparagraph.")
    assert run(course, "check").exit_code == 0


def test_sources_of_problem_sets_are_read_where_they_lie(course, tmp_path_factory, monkeypatch):
    private = tmp_path_factory.mktemp("private")
    (private / "gan").mkdir()
    (private / "gan" / "gan.md").write_text(SOURCE, encoding="utf-8")
    monkeypatch.setenv(SOLUTIONS, str(private))
    assert "solutions/gan/gan.md:7: not in the lock yet" in run(course, "check").output


def test_an_unknown_file_is_one_clear_line(course):
    result = run(course, "accept", "book/none.md")
    assert result.exit_code == 1
    assert "book/none.md is no source with Korean in it." in result.output
