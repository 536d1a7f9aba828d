"""Write the sample class: what eight students handed in for the problem set `gan`.

    python -m tests.tools.make_students

Every submission is the released notebook with answers of `tests/problem_sets/gan` filled in,
so a change of the problem set is followed by running this again. Committed files must equal
what this writes; a test compares them.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path

from nbformat import NotebookNode

from grader.course import REPOSITORY, SAMPLE_CLASS
from tests.problem_sets.sheet import right_ways

from .filling import as_text, fill, released, trouble, without
from .filling import mistake as any_mistake

NAME = "gan"
SEED = 20261113
DEADLINE = datetime(2026, 11, 13, 18, 0)

_mistake = partial(any_mistake, NAME)


def _compact() -> dict[str, str]:
    return right_ways(NAME)["compact"]


def _spelled_out() -> dict[str, str]:
    return right_ways(NAME)["spelled_out"]


def all_right(nb: NotebookNode) -> None:
    fill(
        nb,
        _compact(),
        "손실이 둘 다 log 2라는 것은 판별자가 진짜와 가짜에 모두 1/2이라고 답한다는 뜻입니다. "
        "판별자가 너무 단순하거나 학습률이 너무 작아 가중치가 거의 0이어도 같은 값이 나옵니다. "
        "그래서 평균과 공분산의 오차를 직접 잽니다. 제 결과는 둘 다 0.05보다 작았습니다.",
    )


def missing_detach(nb: NotebookNode) -> None:
    answers = _spelled_out() | _mistake("discriminator_step/missing_detach")
    fill(nb, answers, "D is 1/2 everywhere, so it cannot tell. I would look at the plot.")


def untouched(nb: NotebookNode) -> None:
    """Handed in as it was released."""


def syntax_error(nb: NotebookNode) -> None:
    code = _compact()["generator_step"]
    assert code.count("(generator(latent)))") == 1
    broken = code.replace("(generator(latent)))", "(generator(latent))")
    answers = _compact() | {"generator_step": broken}
    fill(nb, answers, "It proves nothing, a constant discriminator has this loss as well.")


def endless_loop(nb: NotebookNode) -> None:
    answers = _spelled_out() | trouble(NAME, "saturation_verdict", "endless_loop")
    fill(nb, answers, "Compare mean and covariance; both of my errors were about 0.04.")


def killed_kernel(nb: NotebookNode) -> None:
    fill(nb, _compact() | trouble(NAME, "train", "killed_kernel"))


def deleted_test(nb: NotebookNode) -> None:
    fill(nb, _spelled_out() | _mistake("losses_discriminator/logarithm_of_the_sigmoid"))
    without(nb, "losses_discriminator-stable")


STUDENTS: dict[str, Callable[[NotebookNode], None] | None] = {
    "chen-wei": endless_loop,
    "choi-seoyeon": None,  # an upload that broke off: an empty file
    "garcia-lucia": missing_detach,
    "kim-minji": all_right,
    "nguyen-an": killed_kernel,
    "okafor-chidi": syntax_error,
    "park-jiho": untouched,
    "schmidt-lena": deleted_test,
}


def submissions() -> dict[str, str]:
    """All files of the class, by their path below `submitted/`."""
    chance = random.Random(SEED)
    files: dict[str, str] = {}
    for student, work in STUDENTS.items():
        text = ""
        if work is not None:
            nb = released(NAME)
            work(nb)
            text = as_text(nb)
        received = DEADLINE - timedelta(seconds=chance.randrange(4 * 24 * 3600))
        files[f"{student}/{NAME}/{NAME}.ipynb"] = text
        files[f"{student}/{NAME}/timestamp.txt"] = f"{received:%Y-%m-%d %H:%M:%S} UTC\n"
    return files


def main() -> None:
    """Write all files into the sample class."""
    for name, text in submissions().items():
        path = Path(SAMPLE_CLASS) / "submitted" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        print(path.relative_to(REPOSITORY))


if __name__ == "__main__":
    main()
