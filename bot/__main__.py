"""The ``vigie`` command, before anything that takes its time is imported: ``serve`` starts its worker first."""

from __future__ import annotations

import sys

from bot.child import CHILD


def main() -> None:
    """Run the command."""
    if sys.argv[1:2] == ["serve"] and "--help" not in sys.argv:
        CHILD.start()  # it has the most to load, and does nothing until it is told to go on
    from bot.commands import run

    run()


if __name__ == "__main__":
    main()
