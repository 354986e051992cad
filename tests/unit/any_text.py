"""Whatever a keyboard, a telephone or a hostile program may send."""

from __future__ import annotations

from hypothesis import strategies as st

# What UTF-8 can carry is hypothesis's own choice, too, but it works that out sign by sign: a second in every new clone.
SIGNS = st.characters(exclude_categories=["Cs"])
ANYTHING = st.text(SIGNS)
