"""The setting `downloads` of `_config.yml`, under `sphinx: config:`.

branch     branch of the repository on which the unpacked archive is published, so that Colab,
           Binder and JupyterHub can open chapters from it; "" links no chapter
notebooks  folder of the chapters on that branch; default `notebooks`

Repository and servers are those of the setting `problem_sets`. The address of the published
site, to which notebooks lead for pages that are no notebooks, is Sphinx's `html_baseurl`.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from problem_sets import launch
from problem_sets.settings import Settings, read_settings
from sphinx.application import Sphinx
from sphinx.config import Config
from sphinx.util import logging

KNOWN = ("branch", "notebooks")

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Downloads:
    """Where notebooks come from and lead to.

    Attributes:
        servers: the servers, with the branch and the folder of the chapters.
        library: what pip installs the library from, or "".
        site: address of the published site, or "".
    """

    servers: Settings
    library: str = ""
    site: str = ""

    def launches(self, chapter: str) -> dict[str, str]:
        """Addresses that open a chapter on a server, by the server's name."""
        if not self.servers.branch:
            return {}
        file = f"{chapter}.ipynb"
        found = {
            "Colab": launch.colab(self.servers, file),
            "Binder": launch.binder(self.servers, file),
            "JupyterHub": launch.jupyterhub(self.servers, file),
        }
        return {name: address for name, address in found.items() if address}


def read(config: Config) -> Downloads:
    """The settings."""
    given = config.downloads or {}
    servers = read_settings(config)
    chapters = replace(
        servers,
        branch=str(given.get("branch") or ""),
        exercises=str(given.get("notebooks") or "notebooks"),
    )
    return Downloads(chapters, launch.library(servers), config.html_baseurl or "")


def _check(app: Sphinx, config: Config) -> None:
    """Warn of settings that mean nothing."""
    for name in sorted(set(config.downloads or {}) - set(KNOWN)):
        text = f"downloads: no setting {name!r}; there are {', '.join(KNOWN)}"
        logger.warning("%s", text, type="downloads", subtype="settings")


def setup(app: Sphinx) -> None:
    """Register the setting."""
    app.add_config_value("downloads", {}, "html", types=[dict])
    app.connect("config-inited", _check)
