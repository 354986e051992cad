"""French text made to fit the seven-bit alphabet of text messages. Source: 3GPP TS 23.038, tables 6.2.1."""

from __future__ import annotations

import math

BASIC = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§"
    "¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
EXTENDED = frozenset("^{}\\[~]|€\f")  # two septets each
# What French uses and the alphabet lacks, by the sign a reader takes for it.
PLAINER = str.maketrans(
    {
        **dict(zip("çâêîôûëïÿÀÂÈÊÎÔÛËÏ", "caeioueiyAAEEIOUEI", strict=True)),
        "œ": "oe",
        "Œ": "OE",
        "«": '"',
        "»": '"',
        "“": '"',
        "”": '"',
        "’": "'",
        "‘": "'",
        "…": "...",
        "°": "o",
        "–": "-",
        "—": "-",
        "\u00a0": " ",
        "\u202f": " ",
        "\t": " ",
    }
)
SEPTETS, SEPTETS_OF_MANY = 160, 153
UNITS, UNITS_OF_MANY = 70, 67


def fitted(text: str) -> str:
    """``text`` in the seven-bit alphabet if plainer signs are enough for that, else unchanged."""
    plainer = text.replace("« ", '"').replace(" »", '"').translate(PLAINER)
    return plainer if _septets(plainer) is not None else text


def segments(text: str) -> int:
    """How many messages the networks make of ``text``."""
    septets = _septets(text)
    if septets is not None:
        return 1 if septets <= SEPTETS else math.ceil(septets / SEPTETS_OF_MANY)
    units = len(text.encode("utf-16-le")) // 2
    return 1 if units <= UNITS else math.ceil(units / UNITS_OF_MANY)


def _septets(text: str) -> int | None:
    """How many septets, None when a sign is not in the alphabet."""
    signs = set(text)
    if not signs <= BASIC | EXTENDED:
        return None
    return len(text) + sum(text.count(sign) for sign in signs & EXTENDED)
