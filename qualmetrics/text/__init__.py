"""The only room where text becomes numbers."""


def column_names() -> tuple[str, ...]:
    """Return the names of all count columns."""
    return tuple(
        ["words", "sentences", "units", "letters", "strokes", "characters", "syllables", "monosyllables", "polysyllables", "syllables_2", "syllables_3", "syllables_4", "syllables_5", "syllables_6plus", "syllables_4plus", "long_words", "letters_6plus", "short_words", "types", "unfamiliar_dale", "unfamiliar_dale_1995", "unfamiliar_spache", "unfamiliar_spache_types", "hard_fog", "numerals", "punctuation", "paragraphs", "digit_syllables", "letters_sq", "foreign_letters", "stop_own", "stop_other"]
    )
