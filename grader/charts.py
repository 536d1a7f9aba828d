"""Histograms as SVG that lives in a page: read aloud, and in the page's own colours."""

from __future__ import annotations

import io
import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from xml.etree import ElementTree

from markupsafe import Markup

SVG = "http://www.w3.org/2000/svg"
XLINK = "http://www.w3.org/1999/xlink"
INK = "#010203"
"""Stands for the page's colour of text, whatever that is."""
MOST_WHOLE = 14
"""Up to so many points each whole number has a bar of its own."""
BARS = 10


@dataclass(frozen=True)
class Bar:
    """How many values lie from `low` up to `high`; the last bar holds its upper end too."""

    low: float
    high: float
    count: int

    @property
    def label(self) -> str:
        """What the bar stands for: "3", or "2.5-5"."""
        return (
            f"{self.low:g}" if self.low == self.high else f"{self.low:.3g}\u2013{self.high:.3g}"
        )


def bars(values: Sequence[float], highest: float) -> list[Bar]:
    """Count values from 0 to `highest` in whole numbers, or in ten equal parts.

    What lies outside, as with extra credit, goes to the nearest bar.
    """
    whole = all(float(value).is_integer() for value in [*values, highest])
    if whole and highest <= MOST_WHOLE:
        counts = [0] * (int(highest) + 1)
        for value in values:
            counts[min(max(int(value), 0), int(highest))] += 1
        return [Bar(number, number, count) for number, count in enumerate(counts)]
    counts = [0] * BARS
    width = (highest or 1.0) / BARS
    for value in values:
        counts[min(max(int(value / width), 0), BARS - 1)] += 1
    return [
        Bar(number * width, (number + 1) * width, count) for number, count in enumerate(counts)
    ]


def histogram(
    found: Sequence[Bar], axis: str, title: tuple[str, str], name: str, *, wide: bool = False
) -> Markup:
    """Draw bars as inline SVG without style attributes, which a strict page forbids.

    Args:
        found: the bars.
        axis: what the bars stand for, in English.
        title: what the picture is, in English and in Korean.
        name: an id for it, unique in the page.
        wide: twice as wide as high or more.
    """
    from matplotlib import rc_context
    from matplotlib.figure import Figure

    settings = {"svg.fonttype": "none", "svg.hashsalt": name, "font.size": 9}
    with rc_context(settings):
        figure = Figure(figsize=(6.4 if wide else 4.2, 2.1), layout="constrained")
        axes = figure.subplots()
        places = range(len(found))
        axes.bar(places, [bar.count for bar in found], color=INK, alpha=0.6, width=0.8)
        for place, bar in zip(places, found, strict=True):
            if bar.count:
                axes.annotate(
                    str(bar.count),
                    (place, bar.count),
                    (0, 2),
                    textcoords="offset points",
                    ha="center",
                    color=INK,
                )
        axes.set_xticks(*_ticks(found))
        axes.set(xlabel=axis, yticks=[], ylim=(0, max(bar.count for bar in found) * 1.2 + 1))
        axes.xaxis.label.set_color(INK)
        axes.tick_params(colors=INK)
        for side in ("left", "right", "top"):
            axes.spines[side].set_visible(False)
        axes.spines["bottom"].set_color(INK)
        out = io.StringIO()
        figure.savefig(out, format="svg", transparent=True, metadata={"Date": None})
    return _inline(out.getvalue(), title, described(found), name)


def _ticks(found: Sequence[Bar]) -> tuple[list[float], list[str]]:
    """Whole numbers below their bars, the ends of ranges between them."""
    if all(bar.low == bar.high for bar in found):
        return [float(place) for place in range(len(found))], [bar.label for bar in found]
    ends = [bar.low for bar in found] + [found[-1].high]
    return [place - 0.5 for place in range(len(ends))], [f"{end:.3g}" for end in ends]


def round_up(value: float) -> float:
    """The next of 1, 2, 5, 10, 20, 50, … so that ends of ten bars are round."""
    power = 10.0 ** math.floor(math.log10(value))
    return next(step * power for step in (1, 2, 5, 10) if step * power >= value * 0.999999)


def described(found: Sequence[Bar]) -> tuple[str, str]:
    """The bars in words, in English and in Korean; empty bars are left out."""
    filled = [bar for bar in found if bar.count]
    return (
        "; ".join(f"{bar.label}: {bar.count}" for bar in filled) or "nothing",
        "; ".join(f"{bar.label}: {bar.count}명" for bar in filled) or "없음",
    )


def _inline(svg: str, title: tuple[str, str], words: tuple[str, str], name: str) -> Markup:
    for prefix, address in (("", SVG), ("xlink", XLINK)):
        ElementTree.register_namespace(prefix, address)
    # It comes from matplotlib alone; nobody's text is in it but the axis.
    root = ElementTree.fromstring(svg)
    for parent in list(root.iter()):
        for child in list(parent):
            if child.tag.rpartition("}")[2] in ("metadata", "style"):
                parent.remove(child)
    for element in root.iter():
        _attributes(element, name)
    for key in ("width", "height"):
        root.attrib.pop(key, None)
    root.attrib |= {
        "role": "img",
        "aria-labelledby": f"{name}-title {name}-words",
        "class": "chart",
        "stroke-linejoin": "round",
    }
    for place, (tag, text) in enumerate((("title", title), ("desc", words))):
        label = ElementTree.Element(f"{{{SVG}}}{tag}")
        label.set("id", f"{name}-{'title' if tag == 'title' else 'words'}")
        label.text = " | ".join(text)
        root.insert(place, label)
    return Markup(ElementTree.tostring(root, encoding="unicode"))


def _attributes(element: ElementTree.Element, name: str) -> None:
    """Make attributes of an element's style, and its ids the page's own."""
    for rule in element.attrib.pop("style", "").split(";"):
        key, _, value = (part.strip() for part in rule.partition(":"))
        if key and key != "font":  # the page's own letters
            element.set(key, value)
    for key, value in list(element.attrib.items()):
        value = value.replace(INK, "currentColor")
        if key == "id":
            value = f"{name}-{value}"
        value = re.sub(r"^#|(?<=url\()#", f"#{name}-", value)
        element.set(key, value)
