"""Where source files are, and their bytes: globs, compression, fingerprints."""

from __future__ import annotations

import codecs
import gzip
import hashlib
import io
import os
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from fnmatch import fnmatch
from pathlib import Path, PurePosixPath
from typing import BinaryIO, NamedTuple, TextIO, cast

import pyarrow as pa
from python_calamine import CalamineError

from unisono.errors import SourceError
from unisono.ingest.spec import Format, Source, Sources

FORMATS: dict[str, Format] = {
    ".csv": "csv",
    ".tsv": "tsv",
    ".parquet": "parquet",
    ".json": "json",
    ".ndjson": "ndjson",
    ".jsonl": "ndjson",
    ".xlsx": "excel",
    ".xlsm": "excel",
    ".xlsb": "excel",
    ".xls": "excel",
    ".ods": "excel",
}
DATA = "data"
COLLECTED = "store/collected"  # beside sources.yaml: what the ledger's events were written to, a folder for each source
LONGEST = 4 << 20  # a line of text with this many characters is not a row


class SourceFile(NamedTuple):
    """One file on disk: `file` is relative to the project or data folder."""

    source: str
    file: str
    sha256: str


@dataclass(frozen=True)
class Opened:
    """One readable file of a source, perhaps a member of an archive; `label` names it in tables and errors."""

    label: str
    path: Path
    format: Format
    member: str = ""


def source_files(sources: Sources, project: Path, data: Path) -> list[SourceFile]:
    """Return every file the sources read or join, with its hash; SourceError UN2001 if one is missing.

    A file comes once for each source, in the order of the declaration.
    """
    hashes: dict[Path, str] = {}
    found: dict[SourceFile, None] = {}
    for source in sources.sources:
        located = [(label, path) for label, path, _ in _located(_patterns(source), source, project, data)]
        for joined in locate_joined(source, project, data).values():
            located += [(_on_disk(file), file.path) for file in joined]
        for label, path in located:
            if path not in hashes:
                hashes[path] = sha256(path)
            found[SourceFile(source.name, label, hashes[path])] = None
    return list(found)


def sha256(path: Path) -> str:
    """Return the hash of a file's bytes as hex; SourceError UN2002 if it cannot be read."""
    with readable(path.name), path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def locate(source: Source, project: Path, data: Path) -> list[Opened]:
    """Return what a source reads: files in order of its patterns, globs and archive members sorted.

    Raises SourceError UN2001 (nothing matches), UN2002 (bad archive) or UN2003 (unknown ending).
    """
    return _locate(_patterns(source), source, project, data)


def locate_joined(source: Source, project: Path, data: Path) -> dict[str, list[Opened]]:
    """Return the files of each join of a source by its name; SourceError as for `locate`.

    One of a join's patterns has to match a file, unless the join is optional.
    """
    found: dict[str, list[Opened]] = {}
    for join in source.join:
        files = found.setdefault(join.name, [])
        for pattern in dict.fromkeys(_beside(source, join.files)):
            try:
                files += _locate([pattern], source, project, data)
            except SourceError as error:
                if error.code != "UN2001":
                    raise
        if not files and not join.optional:
            patterns = ", ".join(f"'{pattern}'" for pattern in _beside(source, join.files))
            raise SourceError(
                "UN2001",
                f"no file matches {patterns}",
                where=f"source '{source.name}', join '{join.name}'",
                hint="put the file there, or declare the join anew with its own `files`",
            )
    return found


def _patterns(source: Source) -> list[str]:
    return [f"{COLLECTED}/{source.collected}/*.ndjson"] if source.collected else source.files


def _beside(source: Source, patterns: Sequence[str]) -> Iterator[str]:
    for pattern in patterns:
        if "/" in pattern:
            yield pattern
        else:
            yield from ((PurePosixPath(own).parent / pattern).as_posix() for own in source.files)


def _on_disk(file: Opened) -> str:
    return file.label.removesuffix(f"/{file.member}") if file.member else file.label


def _locate(patterns: Sequence[str], source: Source, project: Path, data: Path) -> list[Opened]:
    found: list[Opened] = []
    for label, path, members in _located(patterns, source, project, data):
        if path.suffix.lower() == ".zip":
            found += [
                Opened(f"{label}/{name}", path, _format(source, f"{label}/{name}"), name)
                for name in _members(label, path, members)
            ]
        else:
            found.append(Opened(label, path, _format(source, label)))
    return found


def _located(
    patterns: Sequence[str], source: Source, project: Path, data: Path
) -> list[tuple[str, Path, str]]:
    """Return (label, path, pattern of archive members) of every file on disk, each once."""
    found: dict[tuple[Path, str], str] = {}
    for pattern in patterns:
        parts = PurePosixPath(pattern).parts
        in_data = parts[0] == DATA and len(parts) > 1
        root = data if in_data else project
        on_disk, members = _split_archive(parts[1:] if in_data else parts)
        paths = _glob(root, on_disk)
        if not paths and not source.collected:
            raise SourceError(
                "UN2001",
                f"no file matches '{pattern}'",
                where=f"source '{source.name}'",
                hint=f"looked in {root.resolve()}; put the file there, or say where the data is: "
                "--data DIR or UNISONO_DATA",
            )
        for path in paths:
            relative = Path(os.path.relpath(path, root)).as_posix()
            absolute = PurePosixPath(pattern).is_absolute()
            label = path.as_posix() if absolute else f"{DATA}/{relative}" if in_data else relative
            found.setdefault((path, members), label)
    return [(label, path, members) for (path, members), label in found.items()]


def _split_archive(parts: tuple[str, ...]) -> tuple[tuple[str, ...], str]:
    for index, part in enumerate(parts[:-1]):
        if part.lower().endswith(".zip"):
            return parts[: index + 1], "/".join(parts[index + 1 :])
    return parts, ""


def _glob(root: Path, parts: tuple[str, ...]) -> list[Path]:
    fixed = 0
    while fixed < len(parts) and not any(sign in parts[fixed] for sign in "*?["):
        fixed += 1
    base = root.joinpath(*parts[:fixed])
    paths = base.glob("/".join(parts[fixed:])) if fixed < len(parts) else [base]
    return sorted(path for path in paths if path.is_file())


def _members(label: str, path: Path, pattern: str) -> list[str]:
    with readable(label), zipfile.ZipFile(path) as archive:
        names = sorted(info.filename for info in archive.infolist() if not info.is_dir())
    names = [name for name in names if not name.startswith("__MACOSX/")]
    chosen = [name for name in names if not pattern or fnmatch(name, pattern)]
    if not chosen:
        listed = ", ".join(f"'{name}'" for name in names[:12]) or "nothing"
        raise SourceError(
            "UN2001", f"no member matches '{pattern or '*'}'", where=label, hint=f"it holds {listed}"
        )
    return chosen


def _format(source: Source, label: str) -> Format:
    if source.format:
        return source.format
    name = PurePosixPath(label.lower().removesuffix(".gz"))
    if name.suffix in FORMATS:
        return FORMATS[name.suffix]
    raise SourceError(
        "UN2003",
        f"the ending '{name.suffix}' says nothing about the format",
        where=f"source '{source.name}', {label}",
        hint="say `format: csv`; of an archive, name the members to read, e.g. data/a.zip/*.csv",
    )


@contextmanager
def opened(file: Opened) -> Iterator[BinaryIO]:
    """Open a file's uncompressed bytes; SourceError UN2004 if there are none."""
    with readable(file.label), ExitStack() as stack:
        if file.member:
            archive = stack.enter_context(zipfile.ZipFile(file.path))
            stream = cast(BinaryIO, stack.enter_context(archive.open(file.member)))
        else:
            stream = stack.enter_context(file.path.open("rb"))
        if file.label.lower().endswith(".gz"):
            stream = cast(BinaryIO, stack.enter_context(gzip.open(stream)))
        if not cast(io.BufferedReader, stream).peek(1):
            hint = "a file without rows still has its header; leave the source out if there is no data"
            raise SourceError("UN2004", "the file is empty", where=file.label, hint=hint)
        yield stream


@contextmanager
def as_text(stream: BinaryIO, source: Source) -> Iterator[TextIO]:
    """Read a stream as text, its line ends all alike and without a byte order mark."""
    encoding = codecs.lookup(source.encoding).name
    with io.TextIOWrapper(stream, encoding="utf-8-sig" if encoding == "utf-8" else encoding) as text:
        yield text


def too_long(where: str) -> SourceError:
    """Return the error for a line that is no row."""
    hint = "is this a text file of this `format` and `encoding`?"
    return SourceError("UN2007", f"the line has {LONGEST:,} characters or more", where=where, hint=hint)


@contextmanager
def readable(label: str) -> Iterator[None]:
    """Turn whatever goes wrong with a file's bytes into a SourceError: half a file must not pass for a whole one."""
    try:
        yield
    except UnicodeDecodeError as error:
        seen = error.object[error.start : error.start + 1].hex()
        raise SourceError(
            "UN2005",
            f"not valid {error.encoding}: byte 0x{seen} ({error.reason})",
            where=label,
            hint="say how it is written, e.g. `encoding: cp1252` or `encoding: utf-16`",
        ) from error
    except (EOFError, zlib.error) as error:
        raise SourceError(
            "UN2002", f"cut off or damaged: {error}", where=label, hint="fetch the file again"
        ) from error
    except (OSError, zipfile.BadZipFile, RuntimeError, NotImplementedError) as error:
        raise SourceError("UN2002", f"cannot be read: {error}", where=label, hint="check the file") from error
    except (CalamineError, pa.ArrowException) as error:
        raise SourceError(
            "UN2002", f"cannot be read: {error}", where=label, hint="is it what its ending says?"
        ) from error
