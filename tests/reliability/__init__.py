"""Everything that can go wrong between an alert and a department's chat, played on every platform.

`cases` are what goes wrong, in words no platform owns; `platforms` how each platform is made to do it; `play` plays one
case and looks at how it ends. ``python -m tests.reliability`` plays all and writes docs/reliability.md.
"""
