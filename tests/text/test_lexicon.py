"""The bundled tables: what they say, that they are whole, and that loading is safe."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from qualmetrics.errors import BundleError, InputError
from qualmetrics.text import lexicon

ROOT = Path(__file__).resolve().parents[2]
DATA = os.environ.get("QUALMETRICS_DATA")
needs_data = pytest.mark.skipif(not DATA, reason="QUALMETRICS_DATA is not set")

# Counted by hand from the phones that CMUdict prints for each word (vowel phones carry a digit).
CMUDICT = [
    ("cat", 1),  # K AE1 T
    ("fire", 2),  # F AY1 ER0
    ("syllable", 3),  # S IH1 L AH0 B AH0 L
    ("don't", 1),  # D OW1 N T
    ("mother-in-law", 4),  # M AH1 DH ER0 IH0 N L AO2
    ("w", 3),  # D AH1 B AH0 L Y UW0
]


@pytest.mark.parametrize(("word", "expected"), CMUDICT)
def test_cmudict_gives_the_vowels_of_the_first_pronunciation(word: str, expected: int) -> None:
    assert lexicon.cmudict()[word] == expected


def test_both_versions_have_the_number_of_headwords_that_their_sources_have() -> None:
    # 126,052: rows of the source table. 123,455: counted in NLTK's copy (specs, measured).
    assert (len(lexicon.cmudict()), len(lexicon.cmudict_07a())) == (126_052, 123_455)


def test_a_word_of_one_version_only_is_absent_from_the_other() -> None:
    assert ("bitcoin" in lexicon.cmudict(), "bitcoin" in lexicon.cmudict_07a()) == (True, False)


def test_a_word_without_a_vowel_phone_counts_one_but_stays_zero_in_07a() -> None:
    assert (lexicon.cmudict()["shh"], lexicon.cmudict_07a()["shh"]) == (1, 0)


def test_no_value_of_cmudict_is_below_one() -> None:
    assert min(lexicon.cmudict().values()) == 1


def test_the_tables_cannot_be_written_to() -> None:
    with pytest.raises(TypeError):
        lexicon.cmudict()["cat"] = 9  # type: ignore[index]


def test_the_easy_words_are_lower_case_without_doubles() -> None:
    # 2,946 entries of which four differ from another by a capital only; 1,064 of which one.
    sizes = len(lexicon.word_list("dale_chall_easy")), len(lexicon.word_list("spache_easy"))
    assert sizes == (2_942, 1_063)
    assert all(word == word.lower() for word in lexicon.word_list("dale_chall_easy"))


def test_the_apostrophes_that_the_source_of_the_spache_list_damaged_are_mended() -> None:
    mended = {"i'll", "i'm", "can't", "didn't", "don't", "he's", "it's", "let's", "that's", "won't"}
    assert mended <= lexicon.word_list("spache_easy")
    assert not any("\\" in word for word in lexicon.word_list("spache_easy"))


def test_an_unknown_list_is_refused_with_the_names_there_are() -> None:
    with pytest.raises(InputError, match="dale_chall_easy, spache_easy"):
        lexicon.word_list("oxford_3000")


def test_the_manifest_names_every_data_file_and_its_digest() -> None:
    digests = {
        path.name: hashlib.sha256(path.read_bytes()).hexdigest()
        for path in lexicon.DATA.iterdir()
        if path.name != "manifest.json"
    }
    assert digests == {name: entry["sha256"] for name, entry in lexicon.manifest().items()}


def test_every_data_file_states_source_licence_making_and_purpose() -> None:
    wanted = {"source", "licence", "made", "purpose"}
    assert all(wanted <= entry.keys() for entry in lexicon.manifest().values())


def test_the_notice_holds_the_terms_of_both_sources() -> None:
    notice = (ROOT / "NOTICE").read_text(encoding="utf-8")
    assert "Copyright (C) 1993-2014 Carnegie Mellon University" in notice
    assert "Copyright (c) 2018 Carmine M DiMascio" in notice


def test_an_altered_file_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "spache_easy.txt").write_text("tampered\n", encoding="ascii")
    monkeypatch.setattr(lexicon, "DATA", tmp_path)
    with pytest.raises(BundleError, match="altered"):
        lexicon._read("spache_easy.txt")


def test_a_missing_file_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lexicon, "DATA", tmp_path)
    with pytest.raises(BundleError, match="cannot be read"):
        lexicon._read("spache_easy.txt")


def test_nothing_is_read_at_import() -> None:
    code = (
        "import qualmetrics.text.syllables, qualmetrics.text.lexicon as lexicon\n"
        "lexicon.DATA = None\n"
        "try:\n    lexicon.cmudict()\nexcept TypeError:\n    print('read on first use')"
    )
    command = [sys.executable, "-c", code]
    done = subprocess.run(command, check=True, cwd=ROOT, capture_output=True, text=True)
    assert done.stdout.strip() == "read on first use"


@pytest.mark.full
@needs_data
def test_07a_agrees_with_nltk_s_file_read_another_way() -> None:
    with zipfile.ZipFile(Path(str(DATA)) / "nltk_cmudict" / "cmudict.zip") as archive:
        text = archive.read("cmudict/cmudict").decode("ascii")
    expected: dict[str, int] = {}
    for line in reversed(text.splitlines()):  # the first entry of a word is the last one kept
        word, _, phones = line.split(" ", 2)
        expected[word.lower()] = sum(phones.count(digit) for digit in "012")
    assert dict(lexicon.cmudict_07a()) == expected


@pytest.mark.full
@needs_data
def test_making_the_data_again_gives_the_same_bytes(tmp_path: Path) -> None:
    script = str(ROOT / "scripts" / "make_lexicon.py")
    command = [sys.executable, script, "--data", str(DATA), "--out", str(tmp_path)]
    subprocess.run(command, check=True, capture_output=True)
    made = json.loads((tmp_path / "manifest.json").read_text(encoding="utf-8"))
    shipped = json.loads((lexicon.DATA / "manifest.json").read_text(encoding="utf-8"))
    assert made == shipped
