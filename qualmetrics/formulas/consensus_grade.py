"""A consensus of seven grade formulas."""

from typing import Any

from qualmetrics.formula import body, formula, xp
from qualmetrics.formulas.automated_readability_index import automated_readability_index
from qualmetrics.formulas.coleman_liau_index import coleman_liau_index
from qualmetrics.formulas.dale_chall_psk import dale_chall_psk
from qualmetrics.formulas.flesch_kincaid_grade import flesch_kincaid_grade
from qualmetrics.formulas.gunning_fog import gunning_fog
from qualmetrics.formulas.linsear_write import linsear_write
from qualmetrics.formulas.smog_index import smog_index


@formula(
    source="our own definition: the median of seven published grade formulas",
    increases_with="difficulty",
    unit="US grade",
    tier="experimental",
)
def consensus_grade(
    words: Any,
    sentences: Any,
    syllables: Any,
    letters: Any,
    strokes: Any,
    polysyllables: Any,
    hard_fog: Any,
    unfamiliar_dale: Any,
) -> Any:
    """Take the median of seven grade formulas.

    They are Flesch-Kincaid, ARI, Coleman-Liau, SMOG, Gunning Fog, Linsear Write, and Dale-Chall as
    refitted to grades in 1958. A median, so that one formula that fails on a text does not move
    it; nothing is rounded or voted on. Higher is harder; undefined for a text without words.
    """
    grades = [
        body(flesch_kincaid_grade)(words, sentences, syllables),
        body(automated_readability_index)(words, sentences, strokes),
        body(coleman_liau_index)(words, sentences, letters),
        body(smog_index)(sentences, polysyllables),
        body(gunning_fog)(words, sentences, hard_fog),
        body(linsear_write)(words, sentences, polysyllables),
        body(dale_chall_psk)(words, sentences, unfamiliar_dale),
    ]
    return xp.sort(xp.stack(grades, axis=-1), axis=-1)[:, 3]
