"""Bytes of a file: encodings, defects, and what is no text."""

import codecs

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qualmetrics.errors import InputError
from qualmetrics.text.reading import Decoded, binary_kind, decode, looks_binary

TEXT = "Naïve “café”, 30 €, 日本, 🙂.\r\nNext."


def test_utf8_without_a_mark_is_read_as_it_is():
    assert decode(TEXT.encode()) == Decoded(TEXT, "utf-8", 0)


@pytest.mark.parametrize(
    ("mark", "encoding"),
    [
        (codecs.BOM_UTF8, "utf-8-sig"),
        (codecs.BOM_UTF16_LE, "utf-16-le"),
        (codecs.BOM_UTF16_BE, "utf-16-be"),
        (codecs.BOM_UTF32_LE, "utf-32-le"),
        (codecs.BOM_UTF32_BE, "utf-32-be"),
    ],
)
def test_a_byte_order_mark_names_the_encoding_and_is_not_text(mark, encoding):
    codec = "utf-8" if encoding == "utf-8-sig" else encoding

    assert decode(mark + TEXT.encode(codec)) == Decoded(TEXT, encoding, 0)


def test_an_invalid_byte_becomes_the_replacement_character_and_is_counted():
    assert decode(b"caf\xe9 na\xefve") == Decoded("caf\ufffd na\ufffdve", "utf-8", 2)


def test_a_replacement_character_that_the_file_holds_is_no_defect():
    assert decode("a\ufffdb".encode() + b"\xff") == Decoded("a\ufffdb\ufffd", "utf-8", 1)


def test_an_odd_byte_at_the_end_of_utf16_is_counted():
    assert decode(codecs.BOM_UTF16_LE + "ab".encode("utf-16-le") + b"c").replaced == 1


def test_a_surrogate_written_as_utf8_is_a_defect():
    assert decode(b"a\xed\xa0\x80b").replaced > 0


def test_no_bytes_are_an_empty_text():
    assert decode(b"") == Decoded("", "utf-8", 0)


def test_a_string_is_refused_with_the_call_that_was_meant():
    with pytest.raises(InputError, match="read_bytes"):
        decode("text")  # type: ignore[arg-type]


@given(st.binary(max_size=200))
def test_no_bytes_raise(data):
    assert decode(data).replaced >= 0


@given(st.text(max_size=100).filter(lambda text: not text.startswith("\ufeff")))
def test_what_utf8_wrote_comes_back(text):
    assert decode(text.encode()) == Decoded(text, "utf-8", 0)


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (b"%PDF-1.7\n", "a PDF document"),
        (b"PK\x03\x04\x14", "a zip archive (as .docx, .xlsx, .odt and .epub are)"),
        (b"\x89PNG\r\n\x1a\n", "a PNG image"),
        (b"text and then\x00", "binary data (it has NUL bytes)"),
    ],
)
def test_a_binary_file_is_named(data, kind):
    assert binary_kind(data) == kind


@pytest.mark.parametrize(
    "data",
    [b"", b"Plain text.", "Zażółć.".encode(), b"caf\xe9", codecs.BOM_UTF16_LE + b"a\x00b\x00"],
)
def test_text_is_not_taken_for_binary(data):
    assert not looks_binary(data)


def test_a_nul_after_the_first_8_kb_is_let_through():
    assert not looks_binary(b"a" * 8192 + b"\x00")
