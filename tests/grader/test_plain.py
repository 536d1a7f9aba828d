from __future__ import annotations

import pytest

from grader.errors import GraderError
from grader.plain import plain_markdown


def plain(text: str, equations: dict[str, int] | None = None) -> str:
    return plain_markdown(text, lambda name: f"URL{name}", equations)


@pytest.mark.parametrize(
    "text",
    [
        "# A heading\n\nSome *text* with `{ko}` in code and $x_1 * y$.",
        "```python\nprint('{ko}`x`')\n```",
        "- a list\n- of two\n\n> a quotation\n\n| a | b |\n| --- | --- |\n| 1 | 2 |",
        "$$\na = b\n$$",
        '<img src="x.png" alt="">',
    ],
)
def test_what_every_editor_renders_stays_as_it_is(text: str) -> None:
    assert plain(text) == text


def test_korean_blocks_become_marked_divisions() -> None:
    text = "English.\n\n:::{ko}\n한국어 **문장**입니다.\n:::\n\nMore."
    assert plain(text) == (
        'English.\n\n<div lang="ko">\n\n한국어 **문장**입니다.\n\n</div>\n\n\nMore.'
    )


def test_korean_roles_follow_a_middle_dot() -> None:
    assert plain("## Training {ko}`학습`") == "## Training · 학습"
    assert plain("## GAN {ko}`=`") == "## GAN"


def test_roles_in_table_cells() -> None:
    text = "| Term {ko}`용어` | n |\n| --- | --- |\n| loss {ko}`손실` | 1 |"
    assert plain(text) == "| Term · 용어 | n |\n| --- | --- |\n| loss · 손실 | 1 |"


def test_admonitions_become_quotations_with_both_titles() -> None:
    text = ":::{hint}\nLook at\n\nthe shape.\n:::"
    assert plain(text) == "> **Hint · 힌트**\n>\n> Look at\n>\n> the shape."
    titled = ":::{admonition} Careful {ko}`조심`\n:class: tip\nText.\n:::"
    assert plain(titled) == "> **Careful · 조심**\n>\n> Text."


def test_korean_inside_an_admonition() -> None:
    text = "::::{note}\nEnglish.\n\n:::{ko}\n한국어.\n:::\n::::"
    found = plain(text)
    assert '> <div lang="ko">' in found and "> 한국어." in found
    assert ":::" not in found


def test_references_become_links() -> None:
    assert plain("See {doc}`on GANs </gan/gan>`.") == "See [on GANs](URL/gan/gan)."
    assert plain("See {doc}`/gan/gan`.") == "See [gan/gan](URL/gan/gan)."


def test_equations_are_numbered_through_the_notebook() -> None:
    numbers: dict[str, int] = {}
    first = plain("$$a = b$$ (eq-one)\n\nBy {eq}`eq-one`.", numbers)
    second = plain("$$\nc = d\n$$ (eq-two)\n\nBy {eq}`eq-two` and {eq}`eq-one`.", numbers)
    assert first == "$$a = b \\tag{1}$$\n\nBy (1)."
    assert "\\tag{2}" in second and second.endswith("By (2) and (1).")


def test_maths_directives_and_targets() -> None:
    assert plain("(here)=\n## Title") == "## Title"
    assert plain("```{math}\na = b\n```") == "$$\na = b\n$$"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (":::{figure} x.png\nA caption.\n:::", "directive {figure}"),
        ("{cite}`key`", "role {cite}"),
        ("{eq}`nowhere`", "names no equation"),
    ],
)
def test_what_has_no_plain_form_is_named(text: str, words: str) -> None:
    with pytest.raises(GraderError) as caught:
        plain(text)
    assert words in str(caught.value)
