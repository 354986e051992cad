"""Models are fetched by a person's command, checked against the lock file, and put in place whole or not at all."""

from __future__ import annotations

import hashlib
import shutil
import tarfile
import tempfile
import tomllib
from collections.abc import Callable, Iterator
from fnmatch import fnmatch
from pathlib import Path

import httpx

from intake.transcription.engine import ABOUT
from intake.transcription.lock import Model, ModelRefused

Progress = Callable[[str, float], None]

LARGEST = 3 * 2**30  # bytes
BLOCK = 2**20
TIME = 60.0  # seconds without a byte


def obtain(
    model: Model, folder: Path, *, source: Path | None = None, mirror: str | None = None, show: Progress | None = None
) -> Path:
    """The model's own folder inside ``folder``, from a file, a mirror or its addresses. Raises ModelRefused."""
    if not model.sha256:
        raise ModelRefused(
            f"{model.name} has no sha256 in the lock file, so nothing can be checked: a maintainer runs "
            f"'vigie asr lock {model.name}' on a machine with internet, and commits the lock file"
        )
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder, prefix=".obtaining-") as place:
        file = source or _downloaded(model, Path(place), mirror, show)
        if (found := sha256(file)) != model.sha256:
            raise ModelRefused(f"{file.name} is not what the lock file says: sha256 {found}, expected {model.sha256}")
        made = Path(place) / model.name
        made.mkdir()
        _unpack(model, file, made)
        (made / ABOUT).write_text(_about(model, made), encoding="utf-8")
        _put(made, folder / model.name)
    return folder / model.name


def verify(model: Model, folder: Path) -> list[str]:
    """What is wrong with an installed model; empty when nothing is."""
    about = folder / model.name / ABOUT
    if not about.is_file():
        return [f"{model.name} is not installed (vigie asr download {model.name})"]
    said = tomllib.loads(about.read_text(encoding="utf-8"))
    problems = [] if said.get("archive_sha256") == model.sha256 else ["it is another version than the lock file's"]
    for name, expected in said.get("files", {}).items():
        file = about.parent / name
        if not file.is_file():
            problems.append(f"{name} is missing")
        elif sha256(file) != expected:
            problems.append(f"{name} has been changed")
    return problems


def take_sum(model: Model, show: Progress | None = None) -> tuple[str, int]:
    """The sum and size of what lies at the model's addresses now, for the lock file. Raises ModelRefused."""
    with tempfile.TemporaryDirectory() as place:
        file = _downloaded(model, Path(place), None, show)
        return sha256(file), file.stat().st_size


def sha256(file: Path) -> str:
    """Of a file's bytes, in hex. Raises ModelRefused."""
    try:
        with file.open("rb") as opened:
            return hashlib.file_digest(opened, "sha256").hexdigest()
    except OSError as error:
        raise ModelRefused(f"{file}: {error.strerror}") from error


def _downloaded(model: Model, place: Path, mirror: str | None, show: Progress | None) -> Path:
    addresses = [f"{mirror.rstrip('/')}/{model.file}"] if mirror else list(model.urls)
    problems = []
    for address in addresses:
        file = place / model.file
        try:
            with file.open("wb") as out:
                for block in _blocks(address, model, show):
                    out.write(block)
        except (httpx.HTTPError, httpx.InvalidURL, OSError) as error:
            problems.append(f"{address}: {error or type(error).__name__}")
        else:
            return file
    lines = "\n  ".join(problems)
    raise ModelRefused(f"{model.name} could not be downloaded (--from-file or --mirror help offline):\n  {lines}")


def _blocks(address: str, model: Model, show: Progress | None) -> Iterator[bytes]:
    done, most = 0, model.bytes or LARGEST
    with httpx.stream("GET", address, follow_redirects=True, timeout=TIME) as answer:
        answer.raise_for_status()
        for block in answer.iter_bytes(BLOCK):
            done += len(block)
            if done > most:
                raise ModelRefused(f"{address} is larger than the lock file says ({most} bytes)")
            if show is not None:
                show(model.name, done / most)
            yield block


def _unpack(model: Model, file: Path, made: Path) -> None:
    if ".tar" not in model.file:
        shutil.copyfile(file, made / model.file)
        return
    try:
        with tarfile.open(file) as archive:
            for member in archive:
                name = Path(member.name).name
                if member.isfile() and any(fnmatch(name, pattern) for pattern in model.keep):
                    archive.extract(member.replace(name=name, deep=False), made, filter="data")
    except (tarfile.TarError, EOFError, OSError) as error:
        raise ModelRefused(f"{file.name} cannot be unpacked: {error}") from error


def _about(model: Model, made: Path) -> str:
    files = "\n".join(f'"{path.name}" = "{sha256(path)}"' for path in sorted(made.iterdir()))
    return (
        f'kind = "{model.kind}"\nlanguage = "{model.language}"\nlicence = "{model.licence}"\n'
        f'attribution = "{model.attribution}"\narchive_sha256 = "{model.sha256}"\n\n[files]\n{files}\n'
    )


def _put(made: Path, target: Path) -> None:
    """In place of an older one, which is only removed when the new one is there."""
    old = made.with_suffix(".old")
    if target.exists():
        target.replace(old)
    made.replace(target)
