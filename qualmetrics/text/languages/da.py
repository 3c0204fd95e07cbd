"""Danish: how its syllables and sentences are counted."""

from __future__ import annotations

import re

from qualmetrics.text.language import Language, word_set

_NUCLEUS = re.compile(
    r"""
    eau | aa
  | (?:(?<=t)|(?<=ss))io(?=n)                 # station: spoken as one
  | e(?=um)                                   # muse-um
  | (?:(?<=l)|(?<=n))ie(?=r?\b|n\b|rne\b)     # familie, linie
  | au | eu | ou
  | [aeiouyæøåéèáàäöü]
    """,
    re.VERBOSE,
)


def syllables(word: str) -> int:
    """Count the vowel letters of a lower-case Danish word; aa, au, eu, ou, -tion are one each."""
    return max(1, len(_NUCLEUS.findall(word)))


LANGUAGE = Language(
    code="da",
    name="Danish",
    scripts=("Latin",),
    syllables=syllables,
    syllable_rule="da-vowels/1",
    titles=word_set(
        """dr prof hr fr frk sct skt st nr f.eks bl.a dvs d.v.s ca kap s jf jfr resp tlf inkl
        ekskl fig pkt stk maks s.k såk iflg vedr kgl mio mia"""
    ),
    abbreviations=word_set(
        """etc osv m.m m.fl m.v o.l e.kr f.kr jan feb febr apr aug sept okt nov dec kr a/s"""
    ),
    function_words=word_set(
        """og i at det en et den de som på er af for med til har om ikke var jeg du han hun vi man
        mig dig ham hende os jer dem sig min din sin sit sine vores hans hendes deres dette denne
        disse fra ved ud under over mellem gennem efter før uden mod hos inden blandt eller men
        så da når der her hvad hvem hvilken hvilket hvor hvorfor kan kunne skal skulle vil ville
        må får bliver blev være været havde have også kun meget mere end nu siden ingen intet
        alle alt anden andre nogen noget"""
    ),
    ordinal_dot=True,
    notes=("A full stop after a number marks an ordinal (3. maj).",),
)
