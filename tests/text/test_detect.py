"""The language of a text, and the script of a letter."""

from __future__ import annotations

import builtins
import gzip
import importlib.util
import json
import os
import random
import sys
import unicodedata
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qualmetrics.errors import InputError, MissingExtraError
from qualmetrics.text import detect as detection
from qualmetrics.text.detect import detect
from qualmetrics.text.language import codes
from qualmetrics.text.scripts import SCRIPTS, script_of, script_pattern

needs_library = pytest.mark.skipif(
    importlib.util.find_spec("py3langid") is None, reason="py3langid (extra lang) is not installed"
)

SENTENCES = {
    "en": "Yesterday I bought a new book about the history of London.",
    "de": "Gestern habe ich ein neues Buch über die Geschichte Berlins gekauft.",
    "es": "Ayer compré un libro nuevo sobre la historia de Madrid.",
    "fr": "Hier, j'ai acheté un nouveau livre sur l'histoire de Paris.",
    "it": "Ieri ho comprato un nuovo libro sulla storia di Roma.",
    "nl": "Ik heb gisteren een nieuw boek over de geschiedenis van Amsterdam gekocht.",
    "pt": "Ontem comprei um livro novo sobre a história de Lisboa.",
    "ru": "Вчера я купил новую книгу об истории Москвы.",
    "pl": "Wczoraj kupiłem nową książkę o historii Warszawy.",
    "tr": "Dün İstanbul tarihi hakkında yeni bir kitap aldım.",
    "uk": "Учора я купив нову книжку про історію Києва.",
    "ar": "اشتريت أمس كتابا جديدا عن تاريخ القاهرة.",
    "sv": "Igår köpte jag en ny bok om Stockholms historia.",
    "da": "I går købte jeg en ny bog om Københavns historie.",
    "nb": "I går kjøpte jeg en ny bok om historien til Oslo.",
    "ja": "昨日、東京の歴史についての新しい本を買いました。",
    "ko": "어제 서울의 역사에 관한 새 책을 샀습니다.",
    "zh": "昨天我买了一本关于北京历史的新书。",
    "el": "Χθες αγόρασα ένα καινούργιο βιβλίο για την ιστορία της Αθήνας.",
    "fi": "Eilen ostin uuden kirjan Helsingin historiasta.",
}


@needs_library
@pytest.mark.parametrize("code", sorted(SENTENCES))
def test_a_plain_sentence_is_named_by_its_language(code: str) -> None:
    assert [code] == detect([SENTENCES[code]])


@needs_library
@pytest.mark.parametrize("text", ["", "   ", "12345", "!!!", "😀😀", "ok", "\x00", "\ud800"])
def test_a_text_that_cannot_be_told_is_none(text: str) -> None:
    assert detect([text]) == [None]


@needs_library
def test_no_texts_give_no_answers() -> None:
    assert not detect([])


@needs_library
def test_an_answer_does_not_depend_on_its_neighbours() -> None:
    texts = list(SENTENCES.values())
    alone = [detect([text])[0] for text in texts]
    assert alone == detect(texts)
    assert alone[::-1] == detect(texts[::-1])


@needs_library
def test_every_bundled_language_can_be_an_answer() -> None:
    answers = {detection.normalise(code) for code in detection._CANDIDATES}
    assert set(codes()) <= answers


@needs_library
@given(st.text())
def test_arbitrary_text_never_raises(text: str) -> None:
    (answer,) = detect([text])
    assert answer is None or len(answer) == 2


@needs_library
def test_the_packages_own_identifier_keeps_its_languages() -> None:
    import py3langid

    detect(["Wir gehen morgen ins Kino."])
    assert len(py3langid.rank("Wir gehen morgen ins Kino.")) > len(detection._CANDIDATES)


def test_a_bare_string_is_refused_with_the_call_that_was_meant() -> None:
    with pytest.raises(InputError, match=r"detect\(\['Hallo'\]\)"):
        detect("Hallo")


def test_without_the_library_the_error_holds_the_pip_command(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    original = builtins.__import__

    def refuse(name: str, *args: object, **kwargs: object) -> object:
        if name.startswith("py3langid"):
            raise ImportError(name)
        return original(name, *args, **kwargs)  # type: ignore[arg-type]

    for name in [name for name in sys.modules if name.startswith("py3langid")]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setattr(builtins, "__import__", refuse)
    detection._identifier.cache_clear()
    with pytest.raises(MissingExtraError, match=r"pip install 'qualmetrics\[lang\]'"):
        detect(["Hallo Welt"])


def _sample(name: str, field: str, count: int) -> list[tuple[str, str]]:
    root = os.environ.get("QUALMETRICS_DATA")
    if not root:
        pytest.skip("QUALMETRICS_DATA is not set")
    with gzip.open(Path(root) / name, "rt", encoding="utf-8") as lines:
        rows = sorted({(row["lang"], row[field]) for row in map(json.loads, lines)})
    return random.Random(0).sample(rows, count)


@pytest.mark.full
@needs_library
@pytest.mark.parametrize(
    ("name", "field"),
    [
        ("stsb_multi/stsb.train_dev.jsonl.gz", "a"),
        ("readmepp/readmepp.train_dev.jsonl.gz", "text"),
    ],
)
def test_single_sentences_are_named_rightly_or_not_at_all(name: str, field: str) -> None:
    rows = _sample(name, field, 1000)
    answers = detect([text for _, text in rows])
    told = [(lang, answer) for (lang, _), answer in zip(rows, answers, strict=True) if answer]
    assert len(told) >= 0.96 * len(rows)
    assert sum(lang == answer for lang, answer in told) >= 0.99 * len(told)


# --- scripts


COMMON = {"\u0374", "\u0640"}  # Greek numeral sign and tatweel: Unicode gives them no script


def _letters_named(prefix: str) -> list[str]:
    """Letters whose Unicode name begins so: another source than the ranges (Python's tables)."""
    return [
        char
        for char in map(chr, range(0x110000))
        if unicodedata.category(char) in {"Lu", "Ll", "Lt", "Lo", "Lm"}
        and unicodedata.name(char, "").startswith(prefix)
        and char not in COMMON
    ]


@pytest.mark.parametrize(
    ("script", "prefix"),
    [
        ("Latin", "LATIN "),
        ("Cyrillic", "CYRILLIC "),
        ("Greek", "GREEK "),
        ("Hebrew", "HEBREW "),
        ("Arabic", "ARABIC "),
        ("Devanagari", "DEVANAGARI "),
        ("Han", "CJK UNIFIED"),
        ("Hiragana", "HIRAGANA "),
        ("Katakana", "KATAKANA "),
        ("Hangul", "HANGUL "),
        ("Thai", "THAI "),
    ],
)
def test_every_letter_named_after_a_script_is_found_by_its_pattern(
    script: str, prefix: str
) -> None:
    pattern = script_pattern([script])
    missed = [char for char in _letters_named(prefix) if not pattern.match(char)]
    assert missed == []


def test_no_letter_belongs_to_two_scripts() -> None:
    everything = "".join(map(chr, range(0x110000)))
    found = [set(script_pattern([script]).findall(everything)) for script in SCRIPTS]
    assert sum(map(len, found)) == len(set().union(*found))


def test_the_ranges_hold_letters_only() -> None:
    everything = "".join(map(chr, range(0x110000)))
    kinds = {unicodedata.category(char) for char in script_pattern(SCRIPTS).findall(everything)}
    assert kinds <= {"Lu", "Ll", "Lt", "Lo", "Lm", "Nl", "Cn"}  # Nl: 〇; Cn: newer than Python


@pytest.mark.parametrize(
    ("char", "expected"),
    [
        ("a", "Latin"),
        ("ж", "Cyrillic"),
        ("ω", "Greek"),
        ("の", "Hiragana"),
        ("7", None),
        ("", None),
    ],
)
def test_a_character_has_one_script_or_none(char: str, expected: str | None) -> None:
    assert expected == script_of(char)


@pytest.mark.parametrize("scripts", ["Latin", [], ["Klingon"]])
def test_scripts_that_make_no_pattern_are_refused(scripts: object) -> None:
    with pytest.raises(InputError, match="script_pattern"):
        script_pattern(scripts)  # type: ignore[arg-type]
