"""ONNX files written by hand, so that no package is needed for it. Source of the numbers: onnx.proto3 of onnx/onnx."""

from __future__ import annotations

import struct
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

KINDS = {"float32": 1, "uint8": 2, "int8": 3, "int32": 6, "int64": 7}
IR, OPSET = 8, 17
FLOAT, INT, INTS = 1, 2, 7  # kinds of attributes


def _varint(value: int) -> bytes:
    value &= (1 << 64) - 1
    out = bytearray()
    while value > 0x7F:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes([*out, value])


def _number(at: int, value: int) -> bytes:
    return _varint(at << 3) + _varint(value)


def _block(at: int, content: bytes | str) -> bytes:
    content = content.encode() if isinstance(content, str) else content
    return _varint(at << 3 | 2) + _varint(len(content)) + content


def _attribute(name: str, value: float | Sequence[int]) -> bytes:
    if isinstance(value, float):
        given = _varint(2 << 3 | 5) + struct.pack("<f", value) + _number(20, FLOAT)
    elif isinstance(value, int):
        given = _number(3, value) + _number(20, INT)
    else:
        given = b"".join(_number(8, one) for one in value) + _number(20, INTS)
    return _block(5, _block(1, name) + given)


def _value(at: int, name: str, kind: str, shape: Sequence[int | str]) -> bytes:
    """The type of an input or output; a name instead of a size is a size that varies."""
    sizes = (_number(1, size) if isinstance(size, int) else _block(2, size) for size in shape)
    tensor = _number(1, KINDS[kind]) + _block(2, b"".join(_block(1, size) for size in sizes))
    return _block(at, _block(1, name) + _block(2, _block(1, tensor)))


@dataclass
class Graph:
    """A graph being written: every operation returns the name of its (first) result."""

    inputs: list[bytes] = field(default_factory=list)
    outputs: list[bytes] = field(default_factory=list)
    nodes: list[bytes] = field(default_factory=list)
    tensors: list[bytes] = field(default_factory=list)
    names: int = 0

    def name(self) -> str:
        """A name nobody has."""
        self.names += 1
        return f"t{self.names}"

    def takes(self, name: str, kind: str, *shape: int | str) -> str:
        """An input of the model."""
        self.inputs.append(_value(11, name, kind, shape))
        return name

    def gives(self, source: str, name: str, kind: str, *shape: int | str) -> None:
        """An output of the model."""
        self.nodes.append(_block(1, _block(1, source) + _block(2, name) + _block(4, "Identity")))
        self.outputs.append(_value(12, name, kind, shape))

    def constant(self, values: Any) -> str:
        """Weights, or the shape some operation wants (int64)."""
        array = np.asarray(values)
        name = self.name()
        head = b"".join(_number(1, size) for size in array.shape) + _number(2, KINDS[array.dtype.name])
        self.tensors.append(_block(5, head + _block(8, name) + _block(9, np.ascontiguousarray(array).tobytes())))
        return name

    def all_of(self, operation: str, inputs: Iterable[str], results: int, **attributes: Any) -> list[str]:
        """One operation with several results."""
        names = [self.name() for _ in range(results)]
        node = [_block(1, one) for one in inputs] + [_block(2, one) for one in names] + [_block(4, operation)]
        self.nodes.append(_block(1, b"".join([*node, *(_attribute(*pair) for pair in attributes.items())])))
        return names

    def of(self, operation: str, *inputs: str, **attributes: Any) -> str:
        """One operation."""
        return self.all_of(operation, inputs, 1, **attributes)[0]

    def file(self, told: Mapping[str, object]) -> bytes:
        """The whole model; ``told`` is what it says of itself."""
        parts = [*self.nodes, _block(2, "vigie"), *self.tensors, *self.inputs, *self.outputs]
        model = _number(1, IR) + _block(7, b"".join(parts)) + _block(8, _number(2, OPSET))
        return model + b"".join(_block(14, _block(1, key) + _block(2, str(value))) for key, value in told.items())
