"""Portuguese: how its syllables and sentences are counted."""

from __future__ import annotations

import re

from qualmetrics.text.language import Language, word_set

# Falling diphthongs join (pai, muito); rising pairs part (vi-a-gem, lu-a) except after q and g,
# and in the last syllable of a word that carries its stress mark earlier (histó-ria, á-gua).
_NUCLEUS = re.compile(
    r"""
    (?:(?<=q)[uü] | (?<=g)[uü](?=[aeoáéêóãõí]|i[^aeo]))?    # quando, água, guerra
    (?:
        ão | ãe | õe | ãi | ũi
      | [aeoáéóâêô]
        (?: [iu](?!nh)(?![lmnrz](?:\b|[^aeiouáéíóúâêôãõh\W])) )?   # pai; ra-i-nha, ca-ir, a-in-da
      | u(?:i(?!nh)(?![lmnrz](?:\b|[^aeiouáéíóúâêôãõh\W])))?       # muito; ru-im
      | iu(?![lmnrz](?:\b|[^aeiouáéíóúâêôãõh\W]))
      | [iíìîïúùûüãõàèòäöy]
    )
    """,
    re.VERBOSE,
)
_WEAK_END = re.compile(r"[áéíóúâêô][^\W\d_aeiouãõáéíóúâêô]{1,4}[ieou][aeo]s?\Z")
_RISING_AFTER_Q_G = re.compile(r"[qg]u[aeo]s?\Z")


def _joined_ending(word: str) -> bool:
    """Tell whether the word ends in a weak rising pair that the mark before leaves unstressed."""
    return _WEAK_END.search(word) is not None and _RISING_AFTER_Q_G.search(word) is None


def syllables(word: str) -> int:
    """Count the syllables of a lower-case Portuguese word (a final -ia after a mark is one)."""
    return max(1, len(_NUCLEUS.findall(word)) - _joined_ending(word))


LANGUAGE = Language(
    code="pt",
    name="Portuguese",
    scripts=("Latin",),
    syllables=syllables,
    syllable_rule="pt-vowels/1",
    titles=word_set(
        """sr sra srs sras srta dr dra drs prof profa eng arq d dª pe fr frei gen cel cap maj ten
        sgto exmo exma ilmo mons sto sta nº n.º núm pág págs p pp fig vol art cf av r tel ex p.ex
        aprox máx mín"""
    ),
    abbreviations=word_set(
        """etc ltda cia s.a a.c d.c jan fev mar abr mai jun jul ago set out nov dez e.u.a ibid"""
    ),
    function_words=word_set(
        """o a os as um uma uns umas de do da dos das em no na nos nas por pelo pela pelos pelas
        para com sem sobre entre até desde contra e ou mas nem que se como quando onde quem qual
        porque pois embora eu tu ele ela nós vós eles elas você vocês me te lhe lhes meu minha
        teu seu sua seus suas nosso nossa este esta isto esse essa isso aquele aquela aquilo é
        são era eram foi foram ser está estão estava tem têm tinha ter há não sim mais muito já
        também ainda só todo toda todos todas outro outra mesmo ao aos à às num numa"""
    ),
    notes=(
        "Final rising pairs after a written stress are one syllable (his-tó-ria), else two.",
        "Brazilian and European spelling alike.",
    ),
)
