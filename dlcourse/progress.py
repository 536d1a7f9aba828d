"""A progress bar that leaves nothing behind."""

from __future__ import annotations

from types import TracebackType

from tqdm import tqdm

from dlcourse import runtime


class ProgressBar:
    """Counts epochs, or what else is named; shows it with tqdm where somebody watches.

    Use it as a context manager. In a terminal it is tqdm's own bar, in a notebook one
    display that is updated in place and emptied at the end. Where a notebook is executed
    unattended nothing is shown, so that no half-drawn bar gets into a page.

    Args:
        total: the number of epochs in all, None where nobody knows.
        done: how many are done already.
        unit: the word for what is counted.
        hidden: show nothing, whoever watches.
    """

    def __init__(
        self, total: int | None, done: int = 0, unit: str = "epoch", hidden: bool = False
    ) -> None:
        kind = _NotebookBar if runtime.in_notebook() else tqdm
        self._bar = kind(
            total=total,
            initial=done,
            leave=False,
            unit=unit,
            disable=hidden or not runtime.is_live(),
        )

    def advance(self, **numbers: float) -> None:
        """Count one and show the numbers beside the bar."""
        self._bar.set_postfix({k: f"{v:.3f}" for k, v in numbers.items()}, refresh=False)
        self._bar.update()

    def __enter__(self) -> ProgressBar:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._bar.close()


def progress_bar(
    total: int | None, *, done: int = 0, unit: str = "epoch", hidden: bool = False
) -> ProgressBar:
    """Return a `ProgressBar` over ``total`` epochs of which ``done`` are done."""
    return ProgressBar(total, done, unit, hidden)


class _NotebookBar(tqdm):
    """tqdm's text in one notebook display, without widgets and without stderr."""

    _handle = None
    disable: bool

    def display(self, msg: str | None = None, pos: int | None = None) -> None:
        from IPython.display import HTML, display

        text = "" if msg == "" else f"<pre>{msg or self}</pre>"
        if self._handle is None:
            self._handle = display(HTML(text), display_id=True)
        else:
            self._handle.update(HTML(text))

    def close(self) -> None:
        if not self.disable:
            self.disable = True
            self.display(msg="")
            self._decr_instances(self)
