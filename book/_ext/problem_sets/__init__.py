"""Pages of problem sets: what can be read from the released notebook is read from it.

    ```{problem-set-tasks} gan
    ```

shows the tasks of `exercises/gan/gan.ipynb` with their points, ``problem-set-facts`` how long
it takes, when it is due, and where to get or open it, and ``problem-set-list`` all sets whose
page stands in the folder of the page that asks. The notebook itself is copied into the site,
which therefore works from a disk too.

Addresses and deadlines are set once, as `problem_sets` in `_config.yml`; `settings` says what
there is. What has no address there gets a line that says how to open the file without one.

The parts: `released` reads a notebook, `settings` the configuration, `launch` makes addresses,
`words` holds what is said in both languages, `directives` puts it all on the page.
"""

from __future__ import annotations

from sphinx.application import Sphinx

from . import directives, settings


def setup(app: Sphinx) -> dict[str, object]:
    """Register the setting and the directives."""
    settings.setup(app)
    directives.setup(app)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
