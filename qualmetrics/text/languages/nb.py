"""Norwegian (Bokmål; no and nn come here too): how its syllables and sentences are counted."""

from __future__ import annotations

import re

from qualmetrics.text.language import Language, word_set

_NUCLEUS = re.compile(
    r"""
    eau | aa
  | e(?=um)                                   # muse-um
  | øy | ei | au | ai | eu | ou               # høy, nei, sau, mai, Europa
  | [aeiouyæøåéèêóòôáàäöü]
    """,
    re.VERBOSE,
)


def syllables(word: str) -> int:
    """Count the vowel letters of a lower-case Norwegian word; øy, ei, au, ai, eu are one each."""
    return max(1, len(_NUCLEUS.findall(word)))


LANGUAGE = Language(
    code="nb",
    name="Norwegian",
    scripts=("Latin",),
    syllables=syllables,
    syllable_rule="nb-vowels/1",
    titles=word_set(
        """dr prof hr fr frk st nr f.eks bl.a dvs d.v.s ca kap s jf jfr resp tlf inkl ekskl fig
        pkt stk maks s.k iflg vedr kgl mill mrd"""
    ),
    abbreviations=word_set(
        """etc osv m.m m.fl m.v o.l e.kr f.kr jan feb febr apr aug sept okt nov des kr as a/s"""
    ),
    function_words=word_set(
        """og i å at det en et ei den de som på er av for med til har om ikke ikkje var jeg eg du
        han hun ho vi man meg deg ham henne oss dere dem seg min din sin sitt sine vår hans
        hennes deres dette denne disse fra frå ved ut under over mellom gjennom etter før uten
        mot hos innen blant eller men så da når der her hva hvem hvilken hvilket hvor hvorfor kan
        kunne skal skulle vil ville må får blir ble være vært hadde ha også bare mye mer enn nå
        siden ingen alle alt annen andre noen noe"""
    ),
    ordinal_dot=True,
    notes=(
        "Nynorsk (nn) is read by these rules; its commonest words are among the function words.",
        "A full stop after a number marks an ordinal (3. mai).",
    ),
)
