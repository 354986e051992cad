"""The stand-ins by hand: what people of a workspace or holders of a telephone would see, with everything clickable.

A provider joins by a function that makes its `Trial` and a line in `tests/standins/__main__.py`.
"""
