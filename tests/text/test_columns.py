"""The registry of columns: what is there, what it depends on, how it is packed."""

from __future__ import annotations

import pytest

from qualmetrics.text import column_names, get_rules
from qualmetrics.text.columns import columns
from qualmetrics.text.memo import BLOCK, NARROW, lanes

REQUIRED = [
    "words",
    "sentences",
    "units",
    "letters",
    "strokes",
    "characters",
    "syllables",
    "monosyllables",
    "polysyllables",
    "syllables_2",
    "syllables_4plus",
    "long_words",
    "letters_6plus",
    "short_words",
    "types",
    "unfamiliar_dale",
    "unfamiliar_dale_1995",
    "unfamiliar_spache",
    "unfamiliar_spache_types",
    "hard_fog",
    "numerals",
    "punctuation",
    "paragraphs",
    "foreign_letters",
    "stop_own",
    "stop_other",
]


@pytest.mark.parametrize("name", REQUIRED)
def test_the_columns_that_others_build_on_are_there(name: str) -> None:
    assert name in column_names()


@pytest.mark.parametrize("column", columns().values(), ids=lambda column: column.name)
def test_every_column_states_its_definition(column) -> None:
    assert column.description.endswith(".")


def test_a_signature_names_only_what_the_columns_depend_on() -> None:
    rules = get_rules("en/1")
    assert rules.signature_parts(["words", "letters"]) == ("words:en/1",)
    assert rules.signature_parts(["words", "sentences"]) == ("words:en/1", "sent:en/1")
    assert rules.signature_parts(["unfamiliar_dale"]) == ("words:en/1", "sent:en/1", "dale:1")


def test_a_signature_carries_the_syllable_rule_of_the_language() -> None:
    rule = get_rules("de/1").signature_parts(["syllables"])[-1]
    assert rule.startswith("syl:de")


def test_rules_without_a_version_are_the_current_ones() -> None:
    assert get_rules("EN_us") == get_rules("en/1")


@pytest.mark.parametrize("named", [False, True])
def test_fields_of_a_lane_never_overlap(named: bool) -> None:
    for lane in lanes(named=named):
        taken = sum(((1 << column.bits) - 1) << shift for column, shift in lane)
        assert taken < 1 << 64
        assert bin(taken).count("1") == sum(column.bits for column, _ in lane)


def test_a_narrow_chunk_cannot_overflow_a_field_in_a_block() -> None:
    # The most that a chunk of NARROW characters can count: two syllables a digit (zero),
    # three a letter and its stop (W.), its letters squared.
    assert (3 * (NARROW + 1) // 2) * BLOCK < 1 << 16
    assert NARROW**2 * BLOCK < 1 << 32
