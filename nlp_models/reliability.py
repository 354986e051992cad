"""A reliability plot as a small SVG: how often each level of confidence was right."""

from __future__ import annotations

from collections.abc import Sequence

from nlp_models.evaluation import Bin

_SIDE, _EDGE = 320, 48


def plot(bins: Sequence[Bin], title: str) -> str:
    """Return an SVG of confidence (across) against share right (up); dots grow with the number of texts."""
    total = max(sum(one.texts for one in bins), 1)
    dots = "".join(
        f'<circle cx="{_x(one.sure):.1f}" cy="{_y(one.right):.1f}" r="{3 + 14 * (one.texts / total) ** 0.5:.1f}" '
        'fill="#1c6e8c" fill-opacity="0.7">'
        f"<title>{one.texts} texts: sure {one.sure:.0%}, right {one.right:.0%}</title></circle>"
        for one in bins
    )
    line = " ".join(f"{_x(one.sure):.1f},{_y(one.right):.1f}" for one in bins)
    marks = "".join(
        f'<text x="{_x(tenth / 10):.0f}" y="{_y(0) + 18:.0f}" text-anchor="middle">{tenth * 10}</text>'
        f'<text x="{_EDGE - 8}" y="{_y(tenth / 10) + 4:.0f}" text-anchor="end">{tenth * 10}</text>'
        for tenth in range(0, 11, 2)
    )
    width = _SIDE + 2 * _EDGE
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {width}" width="{width}" height="{width}" '
        'font-family="sans-serif" font-size="12" role="img">'
        f"<title>{title}</title>"
        f'<rect width="{width}" height="{width}" fill="#fff"/>'
        f'<rect x="{_EDGE}" y="{_EDGE}" width="{_SIDE}" height="{_SIDE}" fill="none" stroke="#9aa7b2"/>'
        f'<line x1="{_x(0)}" y1="{_y(0)}" x2="{_x(1)}" y2="{_y(1)}" stroke="#9aa7b2" stroke-dasharray="4 4"/>'
        f'<polyline points="{line}" fill="none" stroke="#1c6e8c" stroke-width="1.5"/>{dots}{marks}'
        f'<text x="{width / 2}" y="{_EDGE - 18}" text-anchor="middle" font-weight="bold">{title}</text>'
        f'<text x="{width / 2}" y="{width - 8}" text-anchor="middle">confidence of the first guess, %</text>'
        f'<text x="14" y="{width / 2}" text-anchor="middle" transform="rotate(-90 14 {width / 2})">right, %</text>'
        "</svg>\n"
    )


def _x(share: float) -> float:
    return _EDGE + share * _SIDE


def _y(share: float) -> float:
    return _EDGE + (1 - share) * _SIDE
