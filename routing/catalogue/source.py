"""YAML read with the line of every value, so that a mistake is shown where it stands."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any, TypeVar

import yaml
from pydantic import BaseModel, ValidationError

try:
    from yaml import CSafeLoader as Loader
except ImportError:  # PyYAML built without libyaml
    from yaml import SafeLoader as Loader  # type: ignore[assignment]

Key = str | int
Row = TypeVar("Row", bound=BaseModel)


class Source:
    """One YAML file: its ``data`` and the 1-based line of each path into it."""

    def __init__(self, path: Path, *, root: Path | None = None) -> None:
        self.path = path
        self.name = str(path.relative_to(root)) if root else str(path)
        self.lines: dict[tuple[Key, ...], int] = {}
        self.problems: list[str] = []
        self.data: Any = None
        self._read()

    def _read(self) -> None:
        try:
            text = self.path.read_text(encoding="utf-8")
            loader = Loader(text)
            try:
                node = loader.get_single_node()
                if node is not None:
                    self._note(loader, node, ())
                    self.data = loader.construct_document(node) if not self.problems else None
            finally:
                loader.dispose()
        except OSError as error:
            self.problems.append(f"{self.name}:1: cannot be read ({error.strerror})")
        except UnicodeDecodeError as error:
            self.problems.append(f"{self.name}:1: not UTF-8 (byte {error.start})")
        except yaml.MarkedYAMLError as error:
            line = error.problem_mark.line + 1 if error.problem_mark else 1
            self.problems.append(f"{self.name}:{line}: not valid YAML: {error.problem}")
        except (yaml.YAMLError, ValueError) as error:
            self.problems.append(f"{self.name}:1: not valid YAML: {str(error).splitlines()[0]}")

    def _note(self, loader: Loader, node: yaml.Node, path: tuple[Key, ...], above: tuple[yaml.Node, ...] = ()) -> None:
        line = self.lines[path] = node.start_mark.line + 1
        if node in above:
            self.problems.append(f"{self.name}:{line}: a value that contains itself")
            return
        above = (*above, node)
        if isinstance(node, yaml.ScalarNode):
            try:
                loader.construct_object(node)
            except ValueError as error:
                self.problems.append(f"{self.name}:{line}: not valid YAML: {error}")
        if isinstance(node, yaml.MappingNode):
            seen: set[str] = set()
            for key, value in node.value:
                if not isinstance(key, yaml.ScalarNode):
                    self.problems.append(f"{self.name}:{key.start_mark.line + 1}: not valid YAML: a key must be a word")
                    continue
                if key.value in seen:
                    self.problems.append(f"{self.name}:{key.start_mark.line + 1}: '{key.value}' stands twice")
                seen.add(key.value)
                self._note(loader, value, (*path, key.value), above)
                self.lines[(*path, key.value)] = key.start_mark.line + 1
        elif isinstance(node, yaml.SequenceNode):
            for index, value in enumerate(node.value):
                self._note(loader, value, (*path, index), above)

    def at(self, path: tuple[Key, ...], problem: str) -> str:
        """``file:line: problem`` for the deepest known part of ``path``."""
        while path and path not in self.lines:
            path = path[:-1]
        return f"{self.name}:{self.lines.get(path, 1)}: {problem}"

    def values_of(self, at: tuple[Key, ...], key: str) -> Iterator[tuple[int, Any]]:
        """(index, value of ``key``) for each mapping of the list at ``at``; only for a file that parsed."""
        rows: Any = self.data
        for part in at:
            rows = rows[part]
        yield from ((index, row[key]) for index, row in enumerate(rows))

    def parse(self, row: type[Row], data: Any = None, at: tuple[Key, ...] = ()) -> Row | None:
        """``data`` (the whole file by default) as a row, or None after noting each mistake in ``problems``."""
        try:
            return row.model_validate(self.data if data is None else data)
        except ValidationError as error:
            for item in error.errors(include_url=False, include_input=False):
                where = ".".join(str(part) for part in item["loc"])
                self.problems.append(self.at((*at, *item["loc"]), f"{where or 'file'}: {item['msg']}"))
            return None
