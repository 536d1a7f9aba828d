"""The setting `problem_sets` of `_config.yml`, under `sphinx: config:`.

released      folder of the released sets, from the book's folder; default `../exercises`
repository    address that students may clone, as in `https://github.com/OWNER/NAME`
branch        its branch; default `main`
exercises     folder of the released sets inside that repository; default `exercises`
colab         `https://colab.research.google.com`; opens files on GitHub only
binder        `https://mybinder.org`, or another BinderHub
jupyterhub    the school's server, as in `https://hub.school.edu`, with nbgitpuller
deadlines     a text for each set, as in `{gan: 2027-03-12 18:00 KST}`

Colab, Binder and nbgitpuller fetch notebooks from the repository: without its address none
of them is linked.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from urllib.parse import urlsplit

from sphinx.application import Sphinx
from sphinx.config import Config
from sphinx.util import logging

logger = logging.getLogger(__name__)

ADDRESSES = ("repository", "colab", "binder", "jupyterhub")


@dataclass(frozen=True)
class Settings:
    """What is set; the module says what each means."""

    released: str = "../exercises"
    repository: str = ""
    branch: str = "main"
    exercises: str = "exercises"
    colab: str = ""
    binder: str = ""
    jupyterhub: str = ""
    deadlines: Mapping[str, str] = field(default_factory=dict)

    @property
    def on_github(self) -> bool:
        """Whether the repository is one that Colab can open."""
        return urlsplit(self.repository).hostname == "github.com"

    def folder(self, srcdir: Path) -> Path:
        """The folder of the released sets."""
        return (srcdir / self.released).resolve()


def read_settings(config: Config) -> Settings:
    """The settings; what is not known or of the wrong kind is passed over, see `_check`."""
    given = config.problem_sets or {}
    known = {entry.name for entry in fields(Settings)}
    kept = {name: value for name, value in given.items() if name in known and value}
    given = kept.pop("deadlines", None)
    deadlines = given.items() if isinstance(given, Mapping) else ()
    texts = {name: str(value).strip().rstrip("/") for name, value in kept.items()}
    return Settings(**texts, deadlines={name: str(text) for name, text in deadlines})


def _check(app: Sphinx, config: Config) -> None:
    """Warn of settings that could only make dead links."""
    known = [entry.name for entry in fields(Settings)]
    for name in sorted(set(config.problem_sets or {}) - set(known)):
        _warn(f"no setting {name!r}; there are {', '.join(known)}")
    deadlines = (config.problem_sets or {}).get("deadlines")
    if deadlines and not isinstance(deadlines, Mapping):
        _warn(f"deadlines names a text for each set, as in {{gan: ...}}, not {deadlines!r}")
    settings = read_settings(config)
    for name in ADDRESSES:
        address = getattr(settings, name)
        if address and not address.startswith(("https://", "http://")):
            _warn(f"{name} must begin with https://, not {address!r}")
    for name in ("colab", "binder", "jupyterhub"):
        if getattr(settings, name) and not settings.repository:
            _warn(f"{name} opens files of a repository, and no repository is set")
    if settings.colab and settings.repository and not settings.on_github:
        _warn("colab opens files on github.com only, and the repository lies elsewhere")


def _warn(text: str) -> None:
    logger.warning("problem_sets: %s", text, type="problem_sets", subtype="settings")


def setup(app: Sphinx) -> None:
    """Register the setting; pages are read again when it changes."""
    app.add_config_value("problem_sets", {}, "env", types=[dict])
    app.connect("config-inited", _check)
