"""A streaming recogniser with as many weights, and as much to compute, as the one we propose; the weights are random.

The one proposed (asr-fr-live, a streaming Zipformer) has 70 million parameters that run at 23 frames a second on
average, in 8 bits, in chunks of 0.32 s. This one is a Conformer of that size at 25 frames a second, in 8 bits, in the
same chunks. It understands nothing; how long it takes, and how much memory, is what it is for.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from tests.speech.onnx_file import Graph

LAYERS, WIDTH, INNER, HEADS, HEAD = 13, 512, 2048, 8, 32
ATTENTION = HEADS * HEAD  # keys and values of a frame together are as wide as the frame
CHUNK, PADDED = 32, 39  # feature frames of a turn; those the model looks at
BANDS, STACKED = 80, 4  # of a feature frame; how many frames become one
FRAMES, BEFORE, KERNEL = CHUNK // STACKED, 64, 31
WORDS = 500
SILENT = 2.0  # how much likelier "nothing new" is than any piece: some pieces come, as in speech
STEP = 0.0004  # of an 8-bit weight


def write(folder: Path) -> int:
    """Write the model's files into a folder; returns how many parameters its encoder has."""
    folder.mkdir(parents=True, exist_ok=True)
    encoder = _Encoder()
    (folder / "encoder.int8.onnx").write_bytes(encoder.file())
    (folder / "decoder.onnx").write_bytes(_decoder())
    (folder / "joiner.onnx").write_bytes(_joiner())
    pieces = ["<blk>", "<sos/eos>", "<unk>", *(f"▁p{number}" for number in range(WORDS - 3))]
    lines = (f"{piece} {number}\n" for number, piece in enumerate(pieces))
    (folder / "tokens.txt").write_text("".join(lines), encoding="utf-8")
    (folder / "model.toml").write_text('kind = "streaming-transducer"\nlanguage = "fr"\n', encoding="utf-8")
    return encoder.parameters


class _Encoder:
    """Layers of a Conformer: half of what is fed forward, attention, convolution, the other half; residuals beside."""

    def __init__(self) -> None:
        self.graph, self.random, self.parameters = Graph(), np.random.default_rng(5), 0

    def file(self) -> bytes:
        """The model."""
        graph = self.graph
        sound = graph.takes("x", "float32", "N", PADDED, BANDS)
        seen = graph.takes("attn_cache", "float32", LAYERS, BEFORE, "N", WIDTH)
        heard = graph.takes("cnn_cache", "float32", LAYERS, KERNEL - 1, "N", WIDTH)
        graph.takes("processed_frames", "int64", "N")
        frames = graph.of("Reshape", self._cut(sound, 0, CHUNK, 1), self._sizes(0, FRAMES, STACKED * BANDS))
        state = graph.of("Transpose", self._dense(frames, STACKED * BANDS, WIDTH), perm=(1, 0, 2))
        caches: list[tuple[str, str]] = []
        for number in range(LAYERS):
            at = graph.constant(np.int64(number))
            before = [graph.of("Gather", cache, at, axis=0) for cache in (seen, heard)]
            state = self._beside(state, self._forward)
            state, keys = self._attend(state, before[0])
            state, tail = self._convolve(state, before[1])
            state = self._normal(self._beside(state, self._forward))
            caches.append((keys, tail))
        graph.gives(graph.of("Transpose", state, perm=(1, 0, 2)), "encoder_out", "float32", "N", FRAMES, WIDTH)
        for place, (name, length) in enumerate((("next_attn", BEFORE), ("next_cnn", KERNEL - 1))):
            rows = [graph.of("Unsqueeze", one[place], self._sizes(0)) for one in caches]
            [whole] = graph.all_of("Concat", rows, 1, axis=0)
            graph.gives(whole, name, "float32", LAYERS, length, "N", WIDTH)
        return graph.file(self._about())

    def _about(self) -> dict[str, object]:
        return {
            "model_type": "conformer",
            "num_encoder_layers": LAYERS,
            "T": PADDED,
            "decode_chunk_len": CHUNK,
            "left_context": BEFORE,
            "encoder_dim": WIDTH,
            "pad_length": PADDED - CHUNK,
            "cnn_module_kernel": KERNEL,
        }

    def _beside(self, state: str, module: Any) -> str:
        return self.graph.of("Add", state, module(self._normal(state)))

    def _forward(self, state: str) -> str:
        return self._dense(self.graph.of("Relu", self._dense(state, WIDTH, INNER)), INNER, WIDTH)

    def _attend(self, state: str, before: str) -> tuple[str, str]:
        """Attention over this turn and 64 frames before; ``before`` holds their keys and values."""
        graph, normal = self.graph, self._normal(state)
        query = self._dense(normal, WIDTH, ATTENTION)
        known = graph.of("Concat", before, self._dense(normal, WIDTH, 2 * ATTENTION), axis=0)
        keys, values = graph.all_of("Split", [known], 2, axis=2)
        split = [
            graph.of("Reshape", each, self._sizes(length, -1, HEAD))
            for each, length in ((query, FRAMES), (keys, BEFORE + FRAMES), (values, BEFORE + FRAMES))
        ]
        asked = graph.of("Transpose", split[0], perm=(1, 0, 2))
        scores = graph.of("MatMul", asked, graph.of("Transpose", split[1], perm=(1, 2, 0)))
        shares = graph.of("Softmax", graph.of("Mul", scores, graph.constant(np.float32(HEAD**-0.5))), axis=-1)
        found = graph.of("MatMul", shares, graph.of("Transpose", split[2], perm=(1, 0, 2)))
        joined = graph.of("Reshape", graph.of("Transpose", found, perm=(1, 0, 2)), self._sizes(FRAMES, -1, ATTENTION))
        kept = self._cut(known, FRAMES, FRAMES + BEFORE, 0)
        return graph.of("Add", state, self._dense(joined, ATTENTION, WIDTH)), kept

    def _convolve(self, state: str, before: str) -> tuple[str, str]:
        graph = self.graph
        open_, gate = graph.all_of("Split", [self._dense(self._normal(state), WIDTH, 2 * WIDTH)], 2, axis=2)
        known = graph.of("Concat", before, graph.of("Mul", open_, graph.of("Sigmoid", gate)), axis=0)
        weights = self._weights((WIDTH, 1, KERNEL)).astype(np.float32) * STEP
        along = graph.of("Transpose", known, perm=(1, 2, 0))
        heard = graph.of("Conv", along, graph.constant(weights), group=WIDTH, kernel_shape=(KERNEL,))
        back = graph.of("Relu", graph.of("Transpose", heard, perm=(2, 0, 1)))
        return graph.of("Add", state, self._dense(back, WIDTH, WIDTH)), self._cut(known, FRAMES, FRAMES + KERNEL - 1, 0)

    def _dense(self, state: str, width: int, wanted: int) -> str:
        """A layer of 8-bit weights, whose input is made 8-bit on the way, as quantised models do."""
        graph = self.graph
        small, step, zero = graph.all_of("DynamicQuantizeLinear", [state], 3)
        weights = graph.constant(self._weights((width, wanted)))
        product = graph.of("MatMulInteger", small, weights, zero, graph.constant(np.int8(0)))
        scale = graph.of("Mul", step, graph.constant(np.float32(STEP)))
        scaled = graph.of("Mul", graph.of("Cast", product, to=1), scale)
        return graph.of("Add", scaled, graph.constant(np.zeros(wanted, np.float32)))

    def _normal(self, state: str) -> str:
        ones, zeros = (self.graph.constant(fill(WIDTH, np.float32)) for fill in (np.ones, np.zeros))
        return self.graph.of("LayerNormalization", state, ones, zeros, axis=-1)

    def _cut(self, state: str, first: int, last: int, axis: int) -> str:
        return self.graph.of("Slice", state, self._sizes(first), self._sizes(last), self._sizes(axis))

    def _sizes(self, *sizes: int) -> str:
        return self.graph.constant(np.array(sizes, np.int64))

    def _weights(self, shape: tuple[int, ...]) -> np.ndarray[Any, np.dtype[np.int8]]:
        self.parameters += int(np.prod(shape))
        return self.random.integers(-127, 128, shape, np.int8)


def _decoder() -> bytes:
    graph, random = Graph(), np.random.default_rng(6)
    last = graph.takes("y", "int64", "N", 2)
    table = graph.constant(random.normal(0, 0.5, (WORDS, WIDTH)).astype(np.float32))
    both = graph.of("Gather", table, last, axis=0)
    graph.gives(graph.of("ReduceMean", both, axes=(1,), keepdims=0), "decoder_out", "float32", "N", WIDTH)
    return graph.file({"vocab_size": WORDS, "context_size": 2})


def _joiner() -> bytes:
    graph, random = Graph(), np.random.default_rng(7)
    heard = graph.takes("encoder_out", "float32", "N", WIDTH)
    said = graph.takes("decoder_out", "float32", "N", WIDTH)
    weights = graph.constant(random.normal(0, 0.05, (WIDTH, WORDS)).astype(np.float32))
    likelier = np.zeros(WORDS, np.float32)
    likelier[0] = SILENT
    product = graph.of("MatMul", graph.of("Tanh", graph.of("Add", heard, said)), weights)
    graph.gives(graph.of("Add", product, graph.constant(likelier)), "logit", "float32", "N", WORDS)
    return graph.file({"joiner_dim": WIDTH})
