"""Models that hear: fetched by command, checked, whole or not at all."""

from __future__ import annotations

import hashlib
import http.server
import io
import struct
import sys
import tarfile
import threading
import types
from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from bot.commands import app
from bot.hearing import word_errors
from bot.speech import Deaf, ears
from intake.transcription import lock
from intake.transcription.engine import Ears
from intake.transcription.lock import Model, ModelRefused
from intake.transcription.models import obtain, take_sum, verify
from intake.transcription.pieces import in_case_of, pieces
from intake.transcription.whisper import WhisperEngine
from tests.city import settings_in

LIVE = Model("live", "streaming-transducer", ("https://models.example/live.tar.bz2",), "Apache-2.0", "somebody", "fr")
FILES = {"deep/down/encoder.int8.onnx": b"encoder", "deep/tokens.txt": b"<blk> 0\n", "deep/test_wavs/0.wav": b"RIFF"}


def archive(path: Path, files: dict[str, bytes], *odd: tarfile.TarInfo) -> Model:
    """An archive of these files at ``path``, and the model whose lock entry it fits."""
    with tarfile.open(path, "w:bz2") as out:
        for name, content in files.items():
            member = tarfile.TarInfo(name)
            member.size = len(content)
            out.addfile(member, io.BytesIO(content))
        for member in odd:
            out.addfile(member)
    sha256 = hashlib.sha256(path.read_bytes()).hexdigest()
    return replace(LIVE, sha256=sha256, keep=("*.onnx", "tokens.txt", "passwd"))


def test_a_model_is_unpacked_beside_what_it_says_of_itself(tmp_path: Path) -> None:
    model = archive(tmp_path / "live.tar.bz2", FILES)
    made = obtain(model, tmp_path / "speech", source=tmp_path / "live.tar.bz2")
    assert sorted(path.name for path in made.iterdir()) == ["encoder.int8.onnx", "model.toml", "tokens.txt"]
    assert 'kind = "streaming-transducer"' in (made / "model.toml").read_text()
    assert verify(model, tmp_path / "speech") == []
    (made / "encoder.int8.onnx").write_bytes(b"another")
    (made / "tokens.txt").unlink()
    assert verify(model, tmp_path / "speech") == ["encoder.int8.onnx has been changed", "tokens.txt is missing"]
    assert verify(replace(model, sha256="0"), tmp_path / "speech")[0].startswith("it is another version")
    assert verify(replace(model, name="other"), tmp_path)[0].startswith("other is not installed")


def test_without_a_sum_nothing_is_fetched_and_the_way_out_is_named(tmp_path: Path) -> None:
    with pytest.raises(ModelRefused, match="vigie asr lock live"):
        obtain(LIVE, tmp_path / "speech")


def test_other_bytes_are_refused_and_the_old_model_stays(tmp_path: Path) -> None:
    file = tmp_path / "live.tar.bz2"
    model = archive(file, FILES)
    obtain(model, tmp_path / "speech", source=file)
    file.write_bytes(file.read_bytes() + b"!")
    with pytest.raises(ModelRefused, match="is not what the lock file says"):
        obtain(model, tmp_path / "speech", source=file)
    assert verify(model, tmp_path / "speech") == []
    assert [path.name for path in (tmp_path / "speech").iterdir()] == ["live"]


def test_an_archive_that_leads_elsewhere_writes_nothing_elsewhere(tmp_path: Path) -> None:
    link = tarfile.TarInfo("deep/passwd")
    link.type, link.linkname = tarfile.SYMTYPE, "/etc/passwd"
    model = archive(tmp_path / "live.tar.bz2", {"../../outside.onnx": b"x", "/tmp/vigie-outside.onnx": b"y"}, link)
    made = obtain(model, tmp_path / "a" / "speech", source=tmp_path / "live.tar.bz2")
    assert sorted(path.name for path in made.iterdir()) == ["model.toml", "outside.onnx", "vigie-outside.onnx"]
    assert not (tmp_path / "outside.onnx").exists()
    assert not Path("/tmp/vigie-outside.onnx").exists()


def test_what_is_no_archive_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "live.tar.bz2"
    file.write_bytes(b"not an archive")
    with pytest.raises(ModelRefused, match="cannot be unpacked"):
        obtain(replace(LIVE, sha256=hashlib.sha256(b"not an archive").hexdigest()), tmp_path / "s", source=file)
    with pytest.raises(ModelRefused, match="No such file"):
        obtain(replace(LIVE, sha256="0"), tmp_path / "s", source=tmp_path / "absent")


@pytest.fixture
def mirror(tmp_path: Path) -> Iterator[str]:
    """A folder of files on loopback."""
    (tmp_path / "mirror").mkdir()
    handler = partial(http.server.SimpleHTTPRequestHandler, directory=str(tmp_path / "mirror"))
    handler.log_message = lambda *_: None  # type: ignore[attr-defined]
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_address[1]}"
        server.shutdown()


def test_a_mirror_serves_the_same_file_and_a_larger_one_is_cut_off(tmp_path: Path, mirror: str) -> None:
    file = tmp_path / "mirror" / "live.tar.bz2"
    model = replace(archive(file, FILES), bytes=file.stat().st_size)
    shown: list[float] = []
    made = obtain(model, tmp_path / "speech", mirror=mirror, show=lambda _, done: shown.append(done))
    assert made.is_dir()
    assert shown[-1] == 1.0
    with pytest.raises(ModelRefused, match="larger than the lock file says"):
        obtain(replace(model, bytes=10), tmp_path / "speech", mirror=mirror)
    with pytest.raises(ModelRefused, match="--from-file or --mirror"):
        obtain(model, tmp_path / "speech", mirror=f"{mirror}/absent")
    assert take_sum(replace(model, urls=(f"{mirror}/live.tar.bz2",))) == (model.sha256, model.bytes)


def test_a_sum_is_written_where_it_belongs(tmp_path: Path) -> None:
    file = tmp_path / "models.lock.toml"
    text = lock.LOCK.read_text(encoding="utf-8")
    file.write_text(text, encoding="utf-8")
    lock.write("asr-fr-recordings-large", "ab" * 32, 7, file)
    before, after = lock.read(lock.LOCK), lock.read(file)
    assert (after["asr-fr-recordings-large"].sha256, after["asr-fr-recordings-large"].bytes) == ("ab" * 32, 7)
    assert {name: model for name, model in after.items() if name != "asr-fr-recordings-large"} == {
        name: model for name, model in before.items() if name != "asr-fr-recordings-large"
    }
    assert file.read_text(encoding="utf-8").startswith(text.splitlines()[0])


def test_every_entry_of_the_lock_file_can_be_checked_and_names_its_licence() -> None:
    for model in lock.read().values():
        assert len(bytes.fromhex(model.sha256)) == 32, model.name
        assert model.licence
        assert model.attribution
        assert all(url.startswith("https://") for url in model.urls)


def test_the_command_says_what_is_here_and_what_is_missing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VIGIE_DATA_DIR", str(tmp_path))
    run = CliRunner().invoke
    listed = run(app, ["asr", "list"])
    assert "asr-fr-live" in listed.output
    assert "not here" in listed.output
    assert run(app, ["asr", "verify"]).exit_code == 1
    unknown = run(app, ["asr", "download", "nobody"])
    assert unknown.exit_code == 1
    assert "there are silero-vad" in unknown.output


def test_without_a_model_the_ears_say_what_to_do(tmp_path: Path) -> None:
    settings = settings_in(tmp_path, asr="sherpa-onnx")
    found = ears(settings, recordings=False)
    assert isinstance(found, Deaf)
    assert "vigie asr download" in (found.problem or "")
    assert ears(settings_in(tmp_path), recordings=False) is None
    whisper = ears(settings_in(tmp_path, asr="whisper"), recordings=False)
    assert isinstance(whisper, Deaf)


def test_nothing_of_an_engine_is_imported_without_the_setting() -> None:
    import subprocess

    look = (
        "import sys, pathlib; from bot.settings import Settings; from bot import speech, web;"
        "speech.ears(Settings(_env_file=None), recordings=True);"
        "print([name for name in ('sherpa_onnx', 'av', 'soxr', 'faster_whisper') if name in sys.modules])"
    )
    found = subprocess.run([sys.executable, "-c", look], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "[]"


# Pieces of words


def proto(number: int, kind: int, content: bytes) -> bytes:
    head = bytes([number << 3 | kind])
    return head + (bytes([len(content)]) if kind == 2 else b"") + content


def test_the_pieces_of_a_sentencepiece_model_are_read() -> None:
    first = proto(1, 2, proto(1, 2, "▁rue".encode()) + proto(2, 5, struct.pack("<f", -1.5)) + proto(3, 0, b"\x01"))
    second = proto(1, 2, proto(1, 2, b"x"))
    trainer = proto(2, 2, b"\x08\x96\x01")
    assert list(pieces(first + trainer + second)) == [("▁rue", -1.5), ("x", 0.0)]


def test_words_are_written_as_the_model_writes(tmp_path: Path) -> None:
    (tmp_path / "tokens.txt").write_text("▁RUE 1\n▁DE 2\n", encoding="utf-8")
    assert in_case_of(tmp_path, ["rue Monge"]) == ["RUE MONGE"]
    (tmp_path / "tokens.txt").write_text("▁rue 1\n▁de 2\n", encoding="utf-8")
    assert in_case_of(tmp_path, ["rue Monge"]) == ["rue monge"]


# Whisper, whose package is optional


class FakeWhisper:
    """What faster-whisper's model is asked and what it answers."""

    asked: list[dict[str, object]] = []

    def __init__(self, path: str, **how: object) -> None:
        self.asked.append(how)

    def transcribe(self, samples: object, **how: object) -> tuple[list[types.SimpleNamespace], None]:
        """A sentence, and words invented on silence."""
        self.asked.append(how)
        said = types.SimpleNamespace(text=" un trou ", start=0, end=2, avg_logprob=-0.1, no_speech_prob=0.1)
        invented = types.SimpleNamespace(text=" Merci.", start=2, end=9, avg_logprob=-1.6, no_speech_prob=0.9)
        return [said, invented], None


def test_whisper_reads_its_folder_only_and_drops_what_it_invents(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    module = types.ModuleType("faster_whisper")
    module.WhisperModel = FakeWhisper  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "faster_whisper", module)
    heard = WhisperEngine(tmp_path).transcribe(np.zeros(32000, np.float32))
    assert (heard.text, heard.confidence, heard.seconds) == ("un trou", 0.905, 2.0)
    loading, asking = FakeWhisper.asked[-2:]
    assert loading["local_files_only"] is True
    assert asking["condition_on_previous_text"] is False


def test_whisper_without_its_package_says_how_to_get_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("intake.transcription.engine.find_spec", lambda name: None)
    assert "vigie[asr-whisper]" in (Ears("whisper", tmp_path, tmp_path).missing() or "")


# Word errors


@pytest.mark.parametrize(
    ("truth", "heard", "errors"),
    [("un trou rue monge", "un trou rue monge", 0), ("un trou", "", 2), ("", "un", 1), ("a b c d", "a x c", 2)],
)
def test_word_errors_are_counted(truth: str, heard: str, errors: int) -> None:
    assert word_errors(truth.split(), heard.split()) == errors
