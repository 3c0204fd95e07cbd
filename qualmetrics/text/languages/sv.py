"""Swedish: how its syllables and sentences are counted."""

from __future__ import annotations

import re

from qualmetrics.text.language import Language, word_set

_NUCLEUS = re.compile(
    r"""
    eau
  | (?:(?<=t)|(?<=s))io(?=n)                  # station, pension: spoken as one
  | e(?=um)                                   # muse-um
  | au | eu | ou                              # restaurang, Europa, journal
  | [aeiouyåäöéèáàüæø]
    """,
    re.VERBOSE,
)


def syllables(word: str) -> int:
    """Count the vowel letters of a lower-case Swedish word; au, eu, ou and -tion are one each."""
    return max(1, len(_NUCLEUS.findall(word)))


LANGUAGE = Language(
    code="sv",
    name="Swedish",
    scripts=("Latin",),
    syllables=syllables,
    syllable_rule="sv-vowels/1",
    titles=word_set(
        """dr prof hr fr s:t st nr t.ex bl.a d.v.s dvs s.k ca kap sid s jfr resp tel inkl exkl
        fig tab max f.d p.g.a fr.o.m t.o.m mfl kungl milj"""
    ),
    abbreviations=word_set(
        """etc osv m.m m.fl o.s.v o.d e.kr f.kr jan feb febr apr aug sept okt nov dec kr st.f ab"""
    ),
    function_words=word_set(
        """och att det i en ett den de som på är av för med till har om inte var jag du han hon vi
        ni man mig dig honom henne oss er dem sig min din sin sitt sina vår hans hennes deras
        detta denna dessa från vid ur under över mellan genom efter före utan mot hos inom bland
        eller men utan så då när där här vad vem vilken vilket hur varför kan kunde ska skulle
        vill måste får blir blev vara varit hade ha också bara mycket mer än nu sedan ingen inget
        alla allt annan andra någon något"""
    ),
    notes=(
        "-tion and -sion are one syllable as spoken; ordinals are written 3:e, without a stop.",
    ),
)
