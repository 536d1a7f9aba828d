"""Comments through giscus: off until `_config.yml` names a repository.

    comments_config:
      giscus:
        repo: OWNER/NAME
        repo-id: R_...
        category: Comments
        category-id: DIC_...

The keys are giscus's own (giscus.app gives the values for a repository). Without them pages
hold no script for comments; with them a button loads giscus when the reader clicks it.
"""

from __future__ import annotations

from sphinx.application import Sphinx
from sphinx.config import Config
from sphinx.errors import ConfigError

NEEDED = ("repo", "repo-id", "category", "category-id")
DEFAULTS = {"mapping": "pathname", "strict": "1", "reactions-enabled": "1", "loading": "lazy"}


def giscus_of(settings: dict[str, object]) -> dict[str, str]:
    """The attributes of giscus's script; empty where it is not configured.

    Raises:
        ConfigError: one of the needed keys is missing.
    """
    given = settings.get("giscus") or {}
    if not isinstance(given, dict) or not given.get("repo"):
        return {}
    missing = [key for key in NEEDED if not given.get(key)]
    if missing:
        raise ConfigError(f"comments_config: giscus: missing {', '.join(missing)}")
    return DEFAULTS | {str(key): str(value) for key, value in given.items()}


def _offer(
    app: Sphinx, pagename: str, templatename: str, context: dict, doctree: object
) -> None:
    giscus = giscus_of(app.config.comments_config) if doctree is not None else {}
    context["giscus"] = giscus
    if giscus:
        app.add_js_file("comments.js", loading_method="defer")


def _check(app: Sphinx, config: Config) -> None:
    giscus_of(config.comments_config)


def setup(app: Sphinx) -> None:
    """Connect to Sphinx."""
    if "comments_config" not in app.config:  # sphinx_comments brings it
        app.add_config_value("comments_config", {}, "html")
    app.connect("config-inited", _check)
    app.connect("html-page-context", _offer)
