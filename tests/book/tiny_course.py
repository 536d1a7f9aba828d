"""A book of three chapters with a library, as small as can be, for tests of its builds."""

from __future__ import annotations

from io import StringIO
from pathlib import Path

import pytest
from sphinx.application import Sphinx
from sphinx.util.docutils import docutils_namespace, patch_docutils

CHAPTER = """---
file_format: mystnb
kernelspec: {{name: python3, display_name: Python 3, language: python}}
---

# {title}

```{{code-cell}}
{code}
with open(os.environ["RAN"], "a") as log:
    print("{title}", file=log)
```
"""
FILES = {
    "tiny/__init__.py": "",
    "tiny/shapes/__init__.py": "from .round import circle\n",
    "tiny/shapes/round.py": "def circle(): return 3\n",
    "tiny/numbers/__init__.py": "from pathlib import Path\nHERE = Path(__file__).parent\n",
    "tiny/numbers/primes.txt": "2 3 5",
    "tiny/unused.py": "",
    "requirements.txt": "torch==2.9.0  # the pin\n",
    "constraints.txt": "sympy==1.13\n",
    "book/alone.md": CHAPTER.format(title="alone", code="import os"),
    "book/drawing.md": CHAPTER.format(
        title="drawing", code="import os\nfrom tiny import shapes\nprint(shapes.circle())"
    ),
    "book/counting.md": CHAPTER.format(
        title="counting",
        code="import os\nfrom tiny import numbers\n(numbers.HERE / 'primes.txt').read_text()",
    ),
    # Sphinx reads in parallel only when there are more than five pages.
    **{f"book/text-{number}.md": f"# Text {number}\n" for number in range(4)},
    "book/index.md": "# Index\n\n```{toctree}\n:glob:\n*\n```\n",
}
ALL = ["alone", "counting", "drawing"]


class Book:
    """A book of three chapters and its library, built as the course is."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.profile = "small"
        self.said = ""
        self.log = root / "ran"
        for name, text in {"ran": "", **FILES}.items():
            self.write(name, text)

    def write(self, name: str, text: str) -> None:
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)

    def set_environment(self, patch: pytest.MonkeyPatch) -> None:
        """What kernels find in their environment."""
        patch.setenv("RAN", str(self.log))
        patch.setenv("PYTHONPATH", str(self.root))
        # Compiled code counts as current where a source is as long and as old, in seconds.
        patch.setenv("PYTHONDONTWRITEBYTECODE", "1")
        patch.setenv("DLCOURSE_PROFILE", self.profile)

    def ran(self) -> list[str]:
        """The chapters whose cells ran since this was last asked."""
        names = sorted(self.log.read_text().split())
        self.log.write_text("")
        return names

    def build(self, **settings: object) -> list[str]:
        """Build the book; the chapters whose cells ran, in alphabetical order."""
        status = StringIO()
        self.ran()
        source, html, doctrees = (
            str(self.root / part) for part in ("book", "html", "doctrees")
        )
        config = {
            "extensions": ["myst_nb", "execution_cache"],
            # Sphinx adds what an earlier book's parser claims to its own default.
            "source_suffix": {".rst": "restructuredtext", ".md": "myst-nb"},
            "nb_execution_mode": "cache",
            "nb_execution_raise_on_error": True,
            "execution_cache_root": str(self.root),
        }
        with pytest.MonkeyPatch.context() as patch, patch_docutils(), docutils_namespace():
            self.set_environment(patch)
            try:
                folders = (source, None, html, doctrees)
                Sphinx(*folders, "html", config, status, StringIO(), **settings).build()
            finally:
                self.said = status.getvalue()
        return self.ran()
