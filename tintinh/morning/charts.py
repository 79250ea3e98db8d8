"""The charts, drawn once a language: as SVG without scripts for the page, as SVG and PNG files for papers.

Vega-Lite by Altair, rendered by vl-convert on this machine, without a browser or a network. In the page colours are the
names of its own (CSS variables), so that dark mode and print recolour a chart that was drawn once.
"""

from __future__ import annotations

import importlib.util
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from io import StringIO
from pathlib import Path
from textwrap import wrap
from typing import TYPE_CHECKING, Any, Literal

from lxml import etree
from markupsafe import Markup

from corpus.themed import ThemedRow
from tintinh.bilingual import LANGUAGES, Language
from tintinh.morning.coverage import ProvinceShare, ThemeToday
from tintinh.morning.tiles import tiles
from tintinh.morning.words import say_in

if TYPE_CHECKING:
    import altair as alt

PACKAGES = "altair, vl-convert-python"
LEAST = 5
"""Tagged stories of a province below which its share is not coloured: one of two says nothing."""
STEPS = 5
_LABEL = 24
"""Characters of a theme's name on one line: on a phone the names and the points must both find room."""


@dataclass(frozen=True, slots=True)
class Palette:
    """The colours of a chart, as CSS writes them; ``shades`` from the least share to the greatest."""

    ink: str
    soft: str
    line: str
    pale: str
    deep: str
    empty: str
    paper: str
    shades: tuple[str, ...]
    on_shades: tuple[str, ...]


PAGE = Palette(
    ink="var(--ink)",
    soft="var(--soft)",
    line="var(--line)",
    pale="var(--pale)",
    deep="var(--deep)",
    empty="var(--empty)",
    paper="transparent",
    shades=tuple(f"var(--shade{n})" for n in range(STEPS)),
    on_shades=tuple(f"var(--on{n})" for n in range(STEPS)),
)
PAPER = Palette(
    ink="#1d2526",
    soft="#4c5658",
    line="#dcd9d0",
    pale="#bcd9d4",
    deep="#0d5c63",
    empty="#f1efe9",
    paper="#ffffff",
    shades=("#e3f0ed", "#b5d8d2", "#7dbab5", "#3f8f90", "#0d5c63"),
    on_shades=("#1d2526", "#1d2526", "#1d2526", "#ffffff", "#ffffff"),
)


@dataclass(frozen=True, slots=True)
class ChartData:
    """What is drawn: the rows of ``morning.coverage``, and the map they are drawn on."""

    themes: Sequence[ThemeToday]
    days: Sequence[ThemedRow]
    provinces: Sequence[ProvinceShare]
    province_map: Literal["34", "63"]


def available() -> bool:
    """Whether the packages that draw are installed (``tintinh[figures]``)."""
    return all(importlib.util.find_spec(name) for name in ("altair", "vl_convert"))


def page_charts(data: ChartData) -> dict[str, Markup]:
    """Each chart by name (``themes``, ``days``, ``map``) as SVG in both languages, of which the page shows one.

    A chart without words is drawn once.
    """
    drawn: dict[str, list[str]] = {}
    for language in LANGUAGES:
        for name, (chart, key) in _charts(data, PAGE, language).items():
            label = " · ".join(say_in(one, key) for one in LANGUAGES)
            drawn.setdefault(name, []).append(_inline(_svg(chart), label))
    return {name: _shown(pictures) for name, pictures in drawn.items()}


def _shown(pictures: list[str]) -> Markup:
    svgs = [Markup(picture) for picture in pictures]  # noqa: S704 - written by lxml from a parsed tree
    if len(set(svgs)) == 1:
        return Markup('<div class="chart">{}</div>').format(svgs[0])
    page = Markup('<div class="chart {0}" lang="{0}">{1}</div>')
    return Markup().join(page.format(language, svg) for language, svg in zip(LANGUAGES, svgs, strict=True))


def write_figures(data: ChartData, folder: Path) -> list[Path]:
    """Write every chart in both languages as SVG and PNG (200 dots an inch) to ``folder``; their paths.

    Needs what ``available`` looks for.
    """
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    for language in LANGUAGES:
        for name, (chart, _) in _charts(data, PAPER, language).items():
            for form in ("svg", "png"):
                path = folder / f"{name}-{language}.{form}"
                chart.save(str(path), format=form, ppi=200)
                written.append(path)
    return written


def _charts(data: ChartData, palette: Palette, language: Language) -> dict[str, tuple[alt.LayerChart, str]]:
    """Every chart with the key of its heading, those without anything to show left out."""
    charts: dict[str, tuple[alt.LayerChart, str]] = {}
    if any(row.now.total for row in data.themes):
        charts["themes"] = (_themes(data.themes, palette, language), "coverage.heading")
    if any(row.stories for row in data.days):
        charts["days"] = (_days(data.days, palette), "coverage.by_day")
    if any(row.share.total for row in data.provinces):
        charts["map"] = (_map(data, palette, language), "map.heading")
    return charts


def _themes(rows: Sequence[ThemeToday], palette: Palette, language: Language) -> alt.LayerChart:
    """Each theme's share as a point with its interval, the four weeks before as a pale band behind it."""
    import altair as alt

    marks = {1: " ▲", 0: "", -1: " ▼"}
    values = []
    for row in rows:
        if not (row.now.interval and row.now.total):
            continue
        low, high = row.now.interval
        band = row.before.interval or (None, None)
        name = row.theme.name if language == "vi" else row.theme.english
        told = f"{name}: {row.now.count}/{row.now.total}; {row.before.count}/{row.before.total}"
        values.append(
            {
                "theme": "|".join(wrap(name + marks[row.moved], _LABEL)),
                "share": row.now.value,
                "low": low,
                "high": high,
                "past_low": band[0],
                "past_high": band[1],
                "told": told,
            }
        )
    order = [str(value["theme"]) for value in values]
    axis = alt.Axis(format=".0%", tickCount=5, grid=True)
    x = alt.X("low:Q", title=say_in(language, "coverage.share"), axis=axis)
    lines = alt.Axis(
        labelExpr="split(datum.label, '|')",
        labelLimit=0,
        labelPadding=8,
        labelLineHeight=12,
        labelOffset=alt.condition("indexof(datum.label, '|') > 0", alt.value(-6), alt.value(0)),
        ticks=False,
        domain=False,
    )
    y = alt.Y("theme:N", sort=order, title=None, axis=lines)
    base = alt.Chart(alt.InlineData(values=values)).encode(y=y, description="told:N")
    past = base.mark_bar(color=palette.pale, height=13).encode(x=alt.X("past_low:Q"), x2="past_high:Q")
    line = base.mark_rule(color=palette.deep, strokeWidth=1.6).encode(x=x, x2="high:Q")
    point = base.mark_circle(color=palette.deep, size=58, opacity=1).encode(x=alt.X("share:Q"))
    return _dressed((past + line + point).properties(width=230, height={"step": 29}), palette)


def _days(rows: Sequence[ThemedRow], palette: Palette) -> alt.LayerChart:
    """Stories of every day, those with a theme dark within them."""
    import altair as alt

    values = [
        {"day": row.group, "stories": row.stories, "themed": row.themed,
         "told": f"{row.group}: {row.themed}/{row.stories}"}
        for row in rows
    ]  # fmt: skip
    # Some five days have their names, whole weeks apart, counted from the last: 30/11.
    weeks = max(1, round(len(rows) / 5 / 7))
    every = [str(row.group) for row in rows][::-1][:: 7 * weeks]
    label = "slice(datum.value, 8, 10) + '/' + slice(datum.value, 5, 7)"
    axis = alt.Axis(values=every, labelExpr=label, labelAngle=0, ticks=False)
    base = alt.Chart(alt.InlineData(values=values)).encode(
        x=alt.X("day:O", title=None, axis=axis), description="told:N"
    )
    most = max((row.stories for row in rows), default=0)
    # Of few stories Vega makes half ones, and writes them as "2 2 1 1 0".
    counts = alt.Axis(values=list(range(most + 1)), format="d") if most <= 5 else alt.Axis(tickMinStep=1, format="d")
    whole = base.mark_bar(color=palette.pale).encode(y=alt.Y("stories:Q", title=None, axis=counts))
    part = base.mark_bar(color=palette.deep).encode(y=alt.Y("themed:Q", title=None, axis=counts))
    return _dressed((whole + part).properties(width=400, height=110), palette)


def _map(data: ChartData, palette: Palette, language: Language) -> alt.LayerChart:
    """A tile for each province in five shades of its share, the legend below."""
    import altair as alt

    found = {row.name: row.share for row in data.provinces}
    known = [100 * share.value for share in found.values() if share.total >= LEAST and share.value is not None]
    least, step = classes(min(known, default=0), max(known, default=0))
    names = [f"{least + step * n}–{least + step * (n + 1)} %" for n in range(STEPS)]
    few = say_in(language, "map.few", least=LEAST)
    values = []
    for tile in tiles(data.province_map):
        share = found[tile.province]
        enough = share.total >= LEAST and share.value is not None
        shade = min(STEPS - 1, int((100 * (share.value or 0) - least) / step)) if enough else None
        percent = f" ({share.value * 100:.0f} %)" if share.value is not None else ""
        values.append({"column": tile.column, "row": tile.row, "name": list(tile.lines),
                       "shade": few if shade is None else names[shade],
                       "told": f"{tile.province}: {share.count}/{share.total}{percent}"})  # fmt: skip
    scale: Mapping[str, Any] = {"domain": [few, *names], "range": [palette.empty, *palette.shades]}
    on: Mapping[str, Any] = {"domain": [few, *names], "range": [palette.soft, *palette.on_shades]}
    legend = alt.Legend(title=None, orient="bottom", columns=3, symbolType="square", symbolSize=170)
    base = alt.Chart(alt.InlineData(values=values)).encode(
        x=alt.X("column:O", axis=None, scale=alt.Scale(paddingInner=0.05)),
        y=alt.Y("row:O", axis=None, scale=alt.Scale(paddingInner=0.06)),
    )
    squares = base.mark_rect(cornerRadius=3, stroke=palette.line).encode(
        color=alt.Color("shade:N", scale=alt.Scale(**scale), legend=legend), description="told:N"
    )
    # The first line is what stands at the middle: two lines begin half a line higher.
    texts = [
        base.transform_filter(f"length(datum.name) {compared} 1")
        .mark_text(baseline="middle", fontSize=10, lineHeight=11, dy=above, aria=False)
        .encode(text="name:N", color=alt.Color("shade:N", scale=alt.Scale(**on), legend=None))
        for compared, above in (("==", 0), (">", -5.5))
    ]
    drawn = alt.layer(squares, *texts).resolve_scale(color="independent")
    return _dressed(drawn.properties(width={"step": 47}, height={"step": 31}), palette)


def classes(least: float, most: float) -> tuple[int, int]:
    """Where the shades of shares from ``least`` to ``most`` (percents) begin, and how wide each is: round numbers.

    Not narrower than a twelfth of the greatest share: provinces that differ by chance are not painted as if far apart.
    """
    fitting = (
        (first, step)
        for step in (1, 2, 5, 10, 20)
        if step >= most / 12 and (first := min(int(least // step) * step, 100 - STEPS * step)) + STEPS * step >= most
    )
    return next(fitting)


def _dressed(chart: alt.LayerChart, palette: Palette) -> alt.LayerChart:
    import altair as alt

    dressed: alt.LayerChart = chart.configure(
        # The first that has all Vietnamese letters here; a font without ế is patched with another one's.
        font="Noto Sans, DejaVu Sans, Arial, sans-serif",
        background=palette.paper,
        view=alt.ViewConfig(stroke=None),
        axis=alt.AxisConfig(labelColor=palette.ink, labelFontSize=11, titleColor=palette.soft, titleFontWeight="normal",
                            gridColor=palette.line, domainColor=palette.line, tickColor=palette.line),
        legend=alt.LegendConfig(labelColor=palette.ink, labelFontSize=11),
    )  # fmt: skip
    return dressed


def _svg(chart: alt.LayerChart) -> str:
    out = StringIO()
    chart.save(out, format="svg")
    return out.getvalue()


def _inline(svg: str, label: str) -> str:
    """An SVG for the page: as wide as there is room, named for those who cannot see it, with a title on every mark."""
    root = etree.fromstring(svg.encode())
    width = root.attrib.pop("width")
    root.attrib.pop("height", None)
    root.attrib.update({"style": f"max-width:{float(width) * 1.15:.0f}px", "role": "img", "aria-label": label})
    space = "{http://www.w3.org/2000/svg}"
    for mark in root.iter(f"{space}path", f"{space}rect"):
        if mark.get("role") == "graphics-symbol" and (told := mark.get("aria-label")):
            etree.SubElement(mark, f"{space}title").text = told
    for one in list(root.iter()):
        one.attrib.pop("aria-roledescription", None)
        if one.get("role", "").startswith("graphics-") and not one.get("aria-label"):
            del one.attrib["role"]  # a reader of screens would come upon a picture without a name
        if one.get("display") == "none" and (around := one.getparent()) is not None:
            around.remove(one)  # what Vega keeps for the pointer of a live chart
    return etree.tostring(root, encoding="unicode")
