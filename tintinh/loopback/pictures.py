"""Pictures for the loopback newspaper: a drawn landscape for every address, so that no photograph need be shipped."""

from __future__ import annotations

import random

_SKIES = (("#f7c59f", "#7fb7be"), ("#fde2b3", "#5f9ea0"), ("#cfe8ef", "#4f86a6"), ("#f4d6cc", "#8a7fa8"))
_LANDS = (("#6b8f71", "#3f5e46"), ("#8a9a5b", "#4b5d2a"), ("#5d7b93", "#2f4858"), ("#a3845b", "#5d4527"))


def landscape(path: str) -> str:
    """An SVG of 640 × 400 that depends on ``path`` alone: sky, sun, three ridges of hills and a paddy or river."""
    chance = random.Random(path)  # noqa: S311 - a drawing, not a secret
    top, low = chance.choice(_SKIES)
    near, far = chance.choice(_LANDS)
    ridges = []
    for depth, colour in ((0, far), (1, near), (2, far)):
        base = 210 + 55 * depth
        points = " ".join(f"{x},{base - chance.randint(0, 90 - 20 * depth)}" for x in range(0, 641, 80))
        opacity = (0.55, 0.85, 1)[depth]
        ridges.append(f'<polygon points="0,400 {points} 640,400" fill="{colour}" opacity="{opacity}"/>')
    water = "".join(
        f'<path d="M0 {y} Q160 {y - 8} 320 {y} T640 {y}" stroke="#fff" stroke-opacity=".35" fill="none"/>'
        for y in range(350, 400, 12)
    )
    sun = f'<circle cx="{chance.randint(80, 560)}" cy="{chance.randint(60, 150)}" r="34" fill="#fff6d5"/>'
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 640 400" width="640" height="400">'
        f'<defs><linearGradient id="s" x2="0" y2="1"><stop stop-color="{top}"/><stop offset="1" stop-color="{low}"/>'
        f'</linearGradient></defs><rect width="640" height="400" fill="url(#s)"/>{sun}{"".join(ridges)}{water}</svg>'
    )
