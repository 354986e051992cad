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
STRING, SEQUENCE, MAPPING, MERGE = (f"tag:yaml.org,2002:{name}" for name in ("str", "seq", "map", "merge"))
NO_NAMES = "nothing is here, or no names with values (name: value)"
Row = TypeVar("Row", bound=BaseModel)


class Source:
    """One YAML file: its ``data``, and where each value of it stands."""

    def __init__(self, path: Path, *, root: Path | None = None) -> None:
        self.path = path
        self.name = str(path.relative_to(root)) if root else str(path)
        self.problems: list[str] = []
        self.data: Any = None
        self._top: yaml.Node | None = None
        self._read()

    def _read(self) -> None:
        try:
            text = self.path.read_text(encoding="utf-8")
            loader = Loader(text)
            try:
                node = loader.get_single_node()
                if node is not None:
                    data = self._value(loader, node)
                    self.data = data if not self.problems else None
                    self._top = node
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

    def _value(self, loader: Loader, node: yaml.Node, above: tuple[yaml.Node, ...] = ()) -> Any:
        """What the loader would construct, in a third of its time: two hundred files are read at every start."""
        tag = node.tag
        if tag == STRING and isinstance(node, yaml.ScalarNode):
            return node.value
        if node in above:
            self._problem(node, "a value that contains itself")
            return None
        if isinstance(node, yaml.SequenceNode) and tag == SEQUENCE:
            return [self._value(loader, value, (*above, node)) for value in node.value]
        if isinstance(node, yaml.MappingNode) and tag == MAPPING:
            return self._mapping(loader, node, (*above, node))
        try:
            return loader.construct_object(node, deep=True)
        except ValueError as error:
            self._problem(node, f"not valid YAML: {error}")
            return None

    def _mapping(self, loader: Loader, node: yaml.MappingNode, above: tuple[yaml.Node, ...]) -> Any:
        found: dict[Any, Any] = {}
        for key, value in node.value:
            if not isinstance(key, yaml.ScalarNode) or key.tag == MERGE:
                self._problem(key, "not valid YAML: a key must be a word")
                continue
            name = self._value(loader, key)
            if name in found:
                self._problem(key, f"'{key.value}' stands twice")
            found[name] = self._value(loader, value, above)
        return found

    def _problem(self, node: yaml.Node, problem: str) -> None:
        self.problems.append(f"{self.name}:{node.start_mark.line + 1}: {problem}")

    def at(self, path: tuple[Key, ...], problem: str) -> str:
        """``file:line: problem`` for the deepest known part of ``path``."""
        return f"{self.name}:{self._line(path)}: {problem}"

    def _line(self, path: tuple[Key, ...]) -> int:
        """The 1-based line of a value: of its key where it has one."""
        node, line = self._top, self._top.start_mark.line if self._top else 0
        for part in path:
            if isinstance(node, yaml.MappingNode):
                found = next(
                    ((key.start_mark.line, value) for key, value in node.value if key.value == str(part)), None
                )
            elif isinstance(node, yaml.SequenceNode) and isinstance(part, int) and part < len(node.value):
                found = (node.value[part].start_mark.line, node.value[part])
            else:
                found = None
            if found is None:
                break
            line, node = found
        return line + 1

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
                said = NO_NAMES if item["type"] == "model_type" else item["msg"]
                self.problems.append(self.at((*at, *item["loc"]), f"{where or 'file'}: {said}"))
            return None
