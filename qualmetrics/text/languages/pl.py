"""Polish: how its syllables and sentences are counted."""

from __future__ import annotations

import re

from qualmetrics.text.language import Language, word_set

_NUCLEUS = re.compile(
    r"""
    (?<!\bn)(?<!\bz)(?<!\bnien)a(?=u)u          # auto, restauracja; but na-uka, za-ufanie
  | (?<![izc])eu(?!m\b)                         # Europa, neutralny; but muze-um, nie-udany
  | i(?![aąeęioóuy])                            # before a vowel i only softens: niebo
  | [aąeęoóuyäöüáéí]
    """,
    re.VERBOSE,
)


def syllables(word: str) -> int:
    """Count the vowels of a lower-case Polish word, i before a vowel being a mark of softness."""
    return max(1, len(_NUCLEUS.findall(word)))


LANGUAGE = Language(
    code="pl",
    name="Polish",
    scripts=("Latin",),
    syllables=syllables,
    syllable_rule="pl-vowels/1",
    titles=word_set(
        """dr prof mgr inż hab lek p pp ks św o bp abp gen płk mjr kpt nr ul al pl os str s rys
        tab rozdz art ust pkt np tzn tzw m.in ok wg tel zob por.zob godz dyr red tj mln mld
        tys"""
    ),
    abbreviations=word_set(
        """itd itp etc in r w n.e p.n.e zł gr sp z.o.o s.a sty lut kwi cze lip sie wrz paź lis
        gru"""
    ),
    function_words=word_set(
        """i a w we z ze na do od o po za u ku przy przez dla bez pod nad przed między się nie to że
        jak ale lub albo czy oraz więc bo gdy kiedy gdzie kto co który która które którzy jaki ja
        ty on ona ono my wy oni one mnie mi mię ciebie ci go jego jej ich im nas was nam wam mu
        sobie siebie swój mój twój nasz wasz ten ta te ci tego tej tym tych jest są był była było
        były być będzie będą może można ma mają miał już jeszcze tylko też także tak bardzo
        więcej żeby aby jeśli niż"""
    ),
    ordinal_dot=True,
    notes=(
        "i before a vowel is never a syllable, so biologia is 3 (some count bi-o- in loans).",
        "A full stop after a number marks an ordinal (3. maja).",
    ),
)
