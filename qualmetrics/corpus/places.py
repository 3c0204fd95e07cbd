"""Where files are: paths of this machine, and URLs such as ``s3://...`` through fsspec.

A file on this machine is written to a temporary name, flushed to the disk and renamed; on an object
store a finished upload is atomic by itself.
"""

from __future__ import annotations

import os
import uuid
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from hashlib import sha256
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple

from qualmetrics.errors import InputError, MissingExtraError

EDGE = 65_536
"""Bytes at either end of a file that its fingerprint covers."""

TEMPORARY = ".tmp-"
"""What the name of a file begins with until it is whole."""


class Stat(NamedTuple):
    """What is known of a file without reading it; ``changed`` is a time, or the tag of a store."""

    size: int
    changed: str


def is_remote(path: str) -> bool:
    """Tell whether a path is a URL."""
    return "://" in path


def plain(path: str) -> str:
    """Return the path of a ``file://`` URL; anything else as it is."""
    return path.removeprefix("file://") if path.startswith("file://") else path


def whole(paths: Sequence[str]) -> list[str]:
    """Return where files of this machine are, however they are spelled; a link stays one.

    URLs, and what is no path, come back as they are.
    """
    folders: dict[str, str] = {}
    found: list[str] = []
    for path in paths:
        if is_remote(path) or path == "-":
            found.append(path)
            continue
        folder, name = os.path.split(path)
        if folder not in folders:
            folders[folder] = os.path.realpath(folder)
        found.append(os.path.normcase(os.path.join(folders[folder], name)))  # noqa: PTH118
    return found


def filesystem(path: str) -> tuple[Any, str]:
    """Return the file system of a URL, and the path in it.

    Raises
    ------
    MissingExtraError
        Where fsspec, or the driver of this kind of store, is not installed.
    InputError
        For a URL that no driver knows.
    """
    try:
        from fsspec.core import url_to_fs
    except ImportError:
        raise MissingExtraError("fsspec", "corpus", f"reading {path}") from None
    try:
        found, inner = url_to_fs(path)
    except (ImportError, ValueError) as error:
        raise InputError(f"cannot open {path}: {error}") from None
    return found, inner


@contextmanager
def open_read(path: str) -> Iterator[BinaryIO]:
    """Open a file as it stands; nothing is unpacked."""
    if is_remote(path):
        system, inner = filesystem(path)
        with system.open(inner, "rb") as stream:
            yield stream
    else:
        with Path(path).open("rb") as stream:
            yield stream


def stat(path: str) -> Stat:
    """Return size and time of change."""
    if not is_remote(path):
        found = os.stat(path)  # noqa: PTH116 - a path may hold what Path refuses
        return Stat(found.st_size, str(found.st_mtime_ns))
    system, inner = filesystem(path)
    about = system.info(inner)
    tag = about.get("ETag") or about.get("etag") or about.get("mtime") or about.get("created")
    return Stat(int(about["size"] or 0), str(tag))


def fingerprint(path: str, known: Stat) -> tuple[str, bytes]:
    """Return what changes when a file does (size, time, a hash of both ends), and its beginning."""
    digest = sha256()
    with open_read(path) as stream:
        head = stream.read(EDGE)
        digest.update(head)
        if known.size > EDGE:
            stream.seek(max(EDGE, known.size - EDGE))
            digest.update(stream.read(EDGE))
    return f"{known.size}:{known.changed}:{digest.hexdigest()[:16]}", head


def absolute(path: str, root: str) -> str:
    """Return where a path is that was typed in a folder; URLs and ``-`` are as they are."""
    if not root or path == "-" or is_remote(path):
        return path
    return os.path.join(root, path)  # noqa: PTH118 - keeps the path as typed


def join(folder: str, *names: str) -> str:
    """Return the path of something in a folder."""
    if is_remote(folder):
        return "/".join([folder.rstrip("/"), *names])
    return os.path.join(folder, *names)  # noqa: PTH118 - keeps the path as typed


def listed(folder: str) -> list[str]:
    """Return the names in a folder, sorted; none where it is not there."""
    if not is_remote(folder):
        return sorted(os.listdir(folder)) if os.path.isdir(folder) else []  # noqa: PTH208, PTH112
    system, inner = filesystem(folder)
    system.invalidate_cache()
    try:
        return sorted(
            name.rstrip("/").rpartition("/")[2] for name in system.ls(inner, detail=False)
        )
    except FileNotFoundError:
        return []


def exists(path: str) -> bool:
    """Tell whether there is a file."""
    if not is_remote(path):
        return os.path.lexists(path)
    system, inner = filesystem(path)
    return bool(system.exists(inner))


def walk(folder: str) -> list[str]:
    """Return all files under a URL, or the one that it names, or those that match its ``*``."""
    system, inner = filesystem(folder)
    if "*" in inner:
        names = system.glob(inner)
    elif system.isdir(inner):
        names = system.find(inner)
    else:
        names = [inner] if system.exists(inner) else []
    return sorted(str(system.unstrip_protocol(name)) for name in names)


def remove(path: str) -> None:
    """Remove a file; one that is gone already is no matter.

    Raises
    ------
    InputError
        Where it cannot be removed.
    """
    try:
        if is_remote(path):
            system, inner = filesystem(path)
            system.rm_file(inner)
        else:
            os.remove(path)  # noqa: PTH107
    except FileNotFoundError:
        pass
    except OSError as error:
        raise InputError(f"cannot remove {path}: {error.strerror or error}") from None


def remove_empty(folder: str) -> None:
    """Remove a folder of this machine that holds nothing; a store has none that do."""
    if not is_remote(folder):
        with suppress(OSError):
            os.rmdir(folder)  # noqa: PTH106 - keeps the path as typed


def write_atomically(path: str, write: Callable[[BinaryIO], None], *, owner: str = "") -> None:
    """Write a file that appears under its name when it is whole, and on the disk.

    Raises
    ------
    InputError
        Where it cannot be written: a full disk, a folder that is read-only. Nothing is left.
    """
    try:
        if is_remote(path):
            _upload(path, write)
        else:
            _rename(Path(path), write, owner)
    except OSError as error:
        raise InputError(f"cannot write {path}: {error.strerror or error}") from error


def _upload(path: str, write: Callable[[BinaryIO], None]) -> None:
    import io

    whole = io.BytesIO()  # a part is small, and an upload that breaks off must not be seen
    write(whole)
    system, inner = filesystem(path)
    system.makedirs(inner.rpartition("/")[0], exist_ok=True)
    system.pipe_file(inner, whole.getvalue())


def _rename(path: Path, write: Callable[[BinaryIO], None], owner: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.parent / f"{TEMPORARY}{owner}-{uuid.uuid4().hex[:12]}-{path.name}"
    try:
        with part.open("wb") as stream:
            write(stream)
            stream.flush()
            os.fsync(stream.fileno())
        os.replace(part, path)  # noqa: PTH105 - the atomic one, and it says so
    except BaseException:
        with suppress(OSError):  # where nothing can be written, nothing is left
            part.unlink(missing_ok=True)
        raise
    _flush_folder(path.parent)


def _flush_folder(folder: Path) -> None:
    """Make the rename itself last through a power cut; where folders cannot be opened, go on."""
    with suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def read_bytes(path: str) -> bytes:
    """Return a small file.

    Raises
    ------
    InputError
        Where it cannot be read.
    """
    try:
        with open_read(path) as stream:
            return stream.read()
    except OSError as error:
        raise InputError(f"cannot read {path}: {error.strerror or error}") from None


def leave_no_temporaries(folder: str, owner: str, names: Sequence[str]) -> None:
    """Remove what this owner left half written when it was killed."""
    for name in names:
        if name.startswith(f"{TEMPORARY}{owner}-"):
            remove(join(folder, name))
