"""Bytes of a file turned into text: which encoding, what could not be read, what is no text.

No guessing from statistics unless it is asked for: a byte order mark or UTF-8 is taken at its word,
and what is not UTF-8 is read as UTF-8 with U+FFFD for every invalid part, counted, so that a caller
can say so. Line ends and lone surrogates are left as they are.
"""

from __future__ import annotations

import codecs
from dataclasses import dataclass

from qualmetrics.errors import InputError, MissingExtraError

AUTO, GUESS = "auto", "guess"
"""Encodings that are none: by mark or UTF-8; and the same, with a guess at what is not UTF-8."""

GUESS_BYTES = 65_536
"""How much of a file a guess looks at."""

HEAD_BYTES = 8192
"""How much of a file ``binary_kind`` looks at."""
_WIDE_MARKS = (  # the longer ones first: the mark of UTF-32 LE begins with that of UTF-16 LE
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_MARKS = {"utf-8-sig": codecs.BOM_UTF8, "utf-8": codecs.BOM_UTF8} | {c: m for m, c in _WIDE_MARKS}
"""What a codec leaves in the text, by its name."""

_MAGIC = (
    (b"%PDF-", "a PDF document"),
    (b"PK\x03\x04", "a zip archive (as .docx, .xlsx, .odt and .epub are)"),
    (b"\x1f\x8b", "gzip-compressed data"),
    (b"BZh91AY&SY", "bzip2-compressed data"),
    (b"\xfd7zXZ\x00", "xz-compressed data"),
    (b"\x28\xb5\x2f\xfd", "zstandard-compressed data"),
    (b"7z\xbc\xaf\x27\x1c", "a 7-Zip archive"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "an old Office document"),
    (b"{\\rtf", "an RTF document"),
    (b"\x89PNG\r\n\x1a\n", "a PNG image"),
    (b"\xff\xd8\xff", "a JPEG image"),
    (b"GIF87a", "a GIF image"),
    (b"GIF89a", "a GIF image"),
    (b"\x7fELF", "a program"),
    (b"PAR1\x15", "a Parquet file"),
    (b"SQLite format 3\x00", "an SQLite database"),
)
_NUL_KIND = "binary data (it has NUL bytes)"


@dataclass(frozen=True, slots=True)
class Decoded:
    """The text of a file and how it was read."""

    text: str
    """Without the byte order mark."""
    encoding: str
    """Codec that was used, such as ``utf-8``, ``utf-8-sig`` or ``utf-16-le``."""
    replaced: int
    """Invalid parts that became U+FFFD; 0 when every byte was read."""


def decode(data: bytes, encoding: str = AUTO) -> Decoded:
    r"""Turn the bytes of a file into text.

    Parameters
    ----------
    data : bytes
        The whole content.
    encoding : str
        A name that Python knows; ``auto``: a byte order mark names UTF-8, UTF-16 or UTF-32, and
        without one it is UTF-8; ``guess``: the same, but what is not UTF-8 is read as
        ``guess_encoding`` says.

    Returns
    -------
    Decoded
        Never fails on bytes: what is invalid becomes U+FFFD and is counted in ``replaced``.

    Raises
    ------
    InputError
        When ``data`` is not bytes, or nothing is called ``encoding``.

    Examples
    --------
    >>> decode("caf\u00e9".encode("latin-1"))
    Decoded(text='caf\ufffd', encoding='utf-8', replaced=1)
    >>> decode("caf\u00e9".encode("latin-1"), "latin-1").text == "caf\u00e9"
    True
    """
    if not isinstance(data, bytes | bytearray | memoryview):
        raise InputError(
            f"decode() takes the bytes of a file, not {type(data).__name__}. "
            "Type decode(path.read_bytes()); text that is a str needs no decoding."
        )
    data = bytes(data)
    name = encoding_of(data, encoding)
    codec = "utf-8" if name == "utf-8-sig" else name
    body = data.removeprefix(_MARKS.get(name, b""))
    try:
        return Decoded(body.decode(codec), name, 0)
    except UnicodeError:
        text = body.decode(codec, "replace")
    # A U+FFFD that the file really holds survives "ignore"; one that stands for a defect does not.
    genuine = body.decode(codec, "ignore").count("\ufffd")
    return Decoded(text, name, text.count("\ufffd") - genuine)


def encoding_of(head: bytes, encoding: str = AUTO) -> str:
    """Return which codec reads a file, from its first bytes and what was said of it."""
    if encoding not in (AUTO, GUESS):
        return check_encoding(encoding)
    if head.startswith(codecs.BOM_UTF8):
        return "utf-8-sig"
    wide = wide_encoding(head)
    if wide or encoding == AUTO:
        return wide or "utf-8"
    return guess_encoding(head[:GUESS_BYTES])


def wide_encoding(head: bytes) -> str:
    """Return the codec of UTF-16 or UTF-32 whose mark the first bytes are; else ``""``."""
    return next((codec for mark, codec in _WIDE_MARKS if head.startswith(mark)), "")


def check_encoding(name: str) -> str:
    """Return the name of an encoding of text as Python writes it, or ``auto`` or ``guess``.

    Raises
    ------
    InputError
        Where nothing is called so.
    """
    if name in (AUTO, GUESS):
        return name
    try:
        known = codecs.lookup(name)
        text = "".encode(name) is not None and known.incrementaldecoder is not None
    except (LookupError, ValueError, TypeError):
        text = False
    if not text:
        raise InputError(
            f"no encoding is called {name!r}; there are utf-8, utf-16, latin-1, cp1252, shift_jis, "
            "gb18030 and all others that Python knows, auto (by mark, else UTF-8) and guess"
        )
    return known.name


def guess_encoding(head: bytes) -> str:
    """Return the codec that the beginning of a file looks like: ``utf-8`` where it can be that.

    Raises
    ------
    MissingExtraError
        Where charset-normalizer is not installed.
    """
    try:
        codecs.getincrementaldecoder("utf-8")().decode(head)  # the end may cut a character
    except UnicodeDecodeError:
        pass
    else:
        return "utf-8"
    try:
        from charset_normalizer import from_bytes
    except ImportError:
        raise MissingExtraError("charset-normalizer", "corpus", "--encoding guess") from None
    best = from_bytes(head).best()
    return "utf-8" if best is None else codecs.lookup(best.encoding).name


def binary_kind(data: bytes) -> str | None:
    """Name what a file is when it is not text, in words for a message; None for text.

    Looks at the first 8 KB: a known signature, or a NUL byte without the mark of UTF-16 or UTF-32.

    Examples
    --------
    >>> binary_kind(b"%PDF-1.7 ...")
    'a PDF document'
    >>> binary_kind(b"Plain text.") is None
    True
    """
    head = bytes(data[:HEAD_BYTES])
    if head.startswith(tuple(mark for mark, _ in _WIDE_MARKS)):
        return None
    for magic, kind in _MAGIC:
        if head.startswith(magic):
            return kind
    return _NUL_KIND if b"\x00" in head else None


def looks_binary(data: bytes) -> bool:
    """Tell whether the bytes of a file are no text; ``binary_kind`` says what they are."""
    return binary_kind(data) is not None
