"""Addresses that open a released notebook on a server."""

from __future__ import annotations

from urllib.parse import quote, urlencode, urlsplit

from .settings import Settings


def colab(settings: Settings, file: str) -> str:
    """Colab opens a file of a repository on GitHub; "" where it cannot.

    Args:
        settings: with the repository and its branch.
        file: path of the notebook below the folder of the released sets.
    """
    if not (settings.colab and settings.on_github):
        return ""
    place = f"{_project(settings)}/blob/{settings.branch}/{_path(settings, file)}"
    return f"{settings.colab}/github/{quote(place)}"


def binder(settings: Settings, file: str) -> str:
    """Binder builds the repository and opens the file in JupyterLab; "" where it cannot."""
    if not (settings.binder and settings.repository):
        return ""
    kind, project = "git", quote(settings.repository, safe="")
    if settings.on_github:
        kind, project = "gh", quote(_project(settings))
    branch = quote(settings.branch, safe="")
    query = urlencode({"labpath": _path(settings, file)})
    return f"{settings.binder}/v2/{kind}/{project}/{branch}?{query}"


def jupyterhub(settings: Settings, file: str) -> str:
    """The server clones or updates the repository with nbgitpuller, then opens the file.

    The form is that of nbgitpuller's own link generator. "" where nothing is set.
    """
    if not (settings.jupyterhub and settings.repository):
        return ""
    # nbgitpuller names the folder it clones into after the last part of the address.
    clone = settings.repository.rpartition("/")[2].removesuffix(".git")
    query = {
        "repo": settings.repository,
        "branch": settings.branch,
        "urlpath": f"lab/tree/{clone}/{_path(settings, file)}",
    }
    return f"{settings.jupyterhub}/hub/user-redirect/git-pull?{urlencode(query)}"


def library(settings: Settings) -> str:
    """What `DLCOURSE_SOURCE` must be for pip to install the course's library from there."""
    return f"git+{settings.repository}@{settings.branch}" if settings.repository else ""


def _project(settings: Settings) -> str:
    """Owner and name of a repository."""
    return urlsplit(settings.repository).path.strip("/").removesuffix(".git")


def _path(settings: Settings, file: str) -> str:
    return f"{settings.exercises.strip('/')}/{file}"
