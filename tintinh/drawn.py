"""Figures in notebooks: a picture that every reader sees, and the data beside it that a program can compare."""

from __future__ import annotations

import base64
import io
from typing import Any

_PIXELS_PER_POINT = 1.5


def draw_figures() -> None:
    """From now on Altair shows a chart as a PNG picture and as its Vega-Lite, with its data, in one output.

    GitHub shows the picture (it runs no scripts); the tests compare the data, for pixels differ from one machine's
    fonts to another's. Needs the extra ``notebooks``.
    """
    import altair as alt

    alt.renderers.register("tintinh", _both)
    alt.renderers.enable("tintinh")
    alt.theme.register("tintinh", enable=True)(_theme)


def _theme() -> Any:
    import altair as alt

    # Altair's own choice has no letters with two marks (ế, ộ) on machines without its font.
    font = "DejaVu Sans, Noto Sans, Arial, sans-serif"
    return alt.theme.ThemeConfig({"config": {"font": font, "view": {"continuousWidth": 480, "continuousHeight": 240}}})


def _both(spec: dict[str, Any], **_: Any) -> dict[str, Any]:
    import vl_convert
    from PIL import Image

    drawn = Image.open(io.BytesIO(vl_convert.vegalite_to_png(spec, scale=_PIXELS_PER_POINT)))
    # A chart has few colours: with 64 of them it takes a tenth of the bytes in the repository.
    picture = io.BytesIO()
    drawn.convert("RGB").quantize(64).save(picture, "PNG", optimize=True)
    return {
        "image/png": base64.b64encode(picture.getvalue()).decode(),
        "application/vnd.vegalite.v6+json": spec,
        "text/plain": "a chart",
    }
