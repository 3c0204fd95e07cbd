"""Put the drop-in under the names that textstat's own tests import; a pytest plug-in.

The tests mostly import ``textstat.backend``, which is not public and which we do not have, so its
functions are rebuilt here from the public ones. Run only in a process of its own.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from types import ModuleType
from typing import Any

from qualmetrics.compat import textstat as drop_in
from qualmetrics.compat.textstat import formulas
from qualmetrics.text import textstat_rules


def in_language(name: str, lang_at: int) -> Callable[..., Any]:
    """Turn a public function into one that takes its language as an argument."""

    def function(*arguments: Any, **options: Any) -> Any:
        scorer = drop_in.textstatistics()
        scorer.set_lang(arguments[lang_at])
        rest = arguments[:lang_at] + arguments[lang_at + 1 :]
        return getattr(scorer, name)(*rest, **options)

    return function


def list_words(
    text: str, punctuation: bool, apostrophe: bool, lower: bool, contractions: bool, hyphens: bool
) -> list[str]:
    if apostrophe:
        contractions = contractions and not punctuation
        if hyphens:
            text = text.replace("-", " ")
        if punctuation:
            text = textstat_rules.remove_punctuation(text, rm_apostrophe=True)
    words = textstat_rules.list_words(
        text,
        punctuation_removed=punctuation,
        split_contractions=contractions,
        split_hyphens=hyphens,
    )
    return [word.lower() for word in words] if lower else words


def remove_punctuation(text: str, *, rm_apostrophe: bool) -> str:
    scorer = drop_in.textstatistics()
    scorer.set_rm_apostrophe(rm_apostrophe)
    return scorer.remove_punctuation(text)


def list_difficult_words(text: str, threshold: int, lang: str) -> list[str]:
    return in_language("difficult_words_list", 2)(text, threshold, lang, unique=False)


WITHOUT_LANGUAGE = [
    "automated_readability_index",
    "coleman_liau_index",
    "gulpease_index",
    "gutierrez_polini",
    "lix",
    "mcalpine_eflaw",
    "osman",
    "reading_time",
    "rix",
    "words_per_sentence",
]
WITH_LANGUAGE = [
    "crawford",
    "dale_chall_readability_score",
    "dale_chall_readability_score_v2",
    "fernandez_huerta",
    "flesch_kincaid_grade",
    "flesch_reading_ease",
    "gunning_fog",
    "smog_index",
    "spache_readability",
    "szigriszt_pazos",
    "linsear_write_formula",
]

BACKEND: dict[str, dict[str, Any]] = {
    "counts": {
        "count_arabic_long_words": drop_in.count_arabic_long_words,
        "count_arabic_syllables": drop_in.count_arabic_syllables,
        "count_chars": drop_in.char_count,
        "count_complex_arabic_words": drop_in.count_complex_arabic_words,
        "count_difficult_words": in_language("difficult_words", 1),
        "count_faseeh": drop_in.count_faseeh,
        "count_letters": drop_in.letter_count,
        "count_long_words": drop_in.long_word_count,
        "count_miniwords": drop_in.miniword_count,
        "count_monosyllable_words": in_language("monosyllabcount", 1),
        "count_polysyllable_words": in_language("polysyllabcount", 1),
        "count_sentences": drop_in.sentence_count,
        "count_syllables": in_language("syllable_count", 1),
        "count_words": drop_in.lexicon_count,
    },
    "metrics": {
        **{name: getattr(drop_in, name) for name in WITHOUT_LANGUAGE},
        **{name: in_language(name, 1) for name in WITH_LANGUAGE},
        "chars_per_word": drop_in.avg_character_per_word,
        "letters_per_word": drop_in.avg_letter_per_word,
        "sentences_per_word": drop_in.avg_sentence_per_word,
        "syllables_per_word": in_language("avg_syllables_per_word", 1),
        "text_standard": lambda text, lang: formulas.consensus(textstat_rules.read(text, lang)),
        "wiener_sachtextformel": in_language("wiener_sachtextformel", 2),
    },
    "selections": {
        "list_words": list_words,
        "list_difficult_words": list_difficult_words,
        "set_difficult_words": lambda *arguments: set(list_difficult_words(*arguments)),
    },
    "validations": {"is_difficult_word": in_language("is_difficult_word", 2)},
    "transformations": {"remove_punctuation": remove_punctuation},
    "utils": {
        "get_grade_suffix": lambda grade: formulas.ordinal(grade)[-2:],
        "get_lang_easy_words": lambda lang: textstat_rules._easy_words(
            textstat_rules.language_root(lang)
        ),
        "get_lang_root": textstat_rules.language_root,
        "get_pyphen": textstat_rules._pyphen,
    },
}


def install() -> None:
    """Register the stand-in modules."""
    package = ModuleType("textstat")
    package.textstat = drop_in.textstat  # type: ignore[attr-defined]
    backend = ModuleType("textstat.backend")
    package.backend = backend  # type: ignore[attr-defined]
    sys.modules |= {"textstat": package, "textstat.backend": backend}
    for name, functions in BACKEND.items():
        module = ModuleType(f"textstat.backend.{name}")
        module.__dict__.update(functions)
        setattr(backend, name, module)
        sys.modules[module.__name__] = module


install()
