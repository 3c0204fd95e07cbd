"""Dutch: how its syllables and sentences are counted."""

from __future__ import annotations

import re

from qualmetrics.text.language import Language, word_set

_LOANS = {
    "team": 1, "teams": 1, "online": 2, "software": 2, "service": 2, "update": 2, "website": 2,
    "smartphone": 2, "live": 1, "beat": 1, "leader": 2,
}  # fmt: skip

_NUCLEUS = re.compile(
    r"""
    eau | aai | ooi | oei | eeu | ieu
  | e(?=ums?\b)                                   # muse-um
  | aa | áá | ee | éé | oo | óó | uu | ie | íé | oe | eu | ui | ij | ĳ | ei | éí | ou | au | ai | oi
  | [aeo]y(?![aeiou])
  | [aeioáàâäéèêëíìîïóòôöúùûü] | (?<!q)u
  | \By(?![aeou]) | \by(?![aeiou])
    """,
    re.VERBOSE,
)


def syllables(word: str) -> int:
    """Count the syllables of a lower-case Dutch word; a trema begins a new one (re-ë-le)."""
    return _LOANS.get(word) or max(1, len(_NUCLEUS.findall(word)))


LANGUAGE = Language(
    code="nl",
    name="Dutch",
    scripts=("Latin",),
    syllables=syllables,
    syllable_rule="nl-vowels/1",
    titles=word_set(
        """dhr mevr mw dr drs prof ir ing mr ds st nr blz p pp art bijv bv d.w.z o.a m.n t.a.v
        i.v.m ca evt resp vgl zgn incl excl tel fig hfst jhr gen kol max mln mld"""
    ),
    abbreviations=word_set(
        """enz etc e.d n.v b.v n.chr v.chr jan feb mrt apr jun jul aug sept okt nov dec a.u.b s.v.p
        jl str"""
    ),
    function_words=word_set(
        """de het een der des den en of maar want dus als dat die dit deze wie wat waar wanneer hoe
        waarom ik jij je hij zij ze wij we jullie u mij me hem haar ons hun hen mijn jouw zijn
        onze zich men er in op aan van met voor door bij naar uit over onder tot om te tegen
        tussen zonder na sinds tijdens volgens is was waren ben bent heb heeft hebben had hadden
        wordt worden werd werden kan kunnen zal zullen zou moet moeten wil niet geen ook nog al
        dan toen zo wel meer veel heel hier daar omdat toch alle andere"""
    ),
    notes=("The trema is trusted: beïnvloeden 4, but a missing trema joins two vowels.",),
)
