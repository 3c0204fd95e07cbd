"""Spanish: how its syllables and sentences are counted."""

from __future__ import annotations

import re

from qualmetrics.text.language import Language, word_set

# Strong a e o (and accented í ú) make a syllable; weak i u lean on them. Two weak vowels that
# differ are always a diphthong, accented or not (RAE, Ortografía 2010, 3.4.2: construí is 2+1).
_NUCLEUS = re.compile(
    r"""
    (?:(?<=q)u | (?<=g)u(?=[eiéí]))?        # silent u of qu, gue, gui
    (?:
        [iuü]?[aeoáéóàèòâêôãõ]              # rising: bue-no
        (?:h?[iuü](?![aeoáéóíú]) | y(?![aeiouáéíóú]))?   # falling, h or not: rey, prohi-bir
      | [uü][ií](?:y(?![aeiouáéíóú]))? | i[uúü] | [uü]y(?![aeiouáéíóú])
      | [iuüíúìùîûï]
      | y(?![aeiouáéíóú])                   # the word y
    )
    """,
    re.VERBOSE,
)


def syllables(word: str) -> int:
    """Count the syllables of a lower-case Spanish word by the orthographic rules of the RAE."""
    return max(1, len(_NUCLEUS.findall(word)))


LANGUAGE = Language(
    code="es",
    name="Spanish",
    scripts=("Latin",),
    syllables=syllables,
    syllable_rule="es-vowels/1",
    titles=word_set(
        """sr sra srta sres dr dra prof profa lic ing arq d dª fr gral cnel cap tte sgto mons
        pbro sto sta ntra excmo ilmo rvdo núm nº n.º pág págs p pp fig vol cf cfr vid art av
        avda c tel aprox ej p.ej máx mín ca"""
    ),
    abbreviations=word_set(
        """etc ud uds vd vds ee.uu a.c d.c a.m p.m s.a s.l cía hnos ene feb mar abr jun jul ago sep
        sept oct nov dic s.a.r.l q.e.p.d"""
    ),
    function_words=word_set(
        """el la los las un una unos unas lo al del de a en por para con sin sobre entre hasta desde
        hacia según contra durante tras y e o u ni pero sino aunque porque que si como cuando
        donde quien cual cuyo yo tú él ella ello nosotros ellos ellas usted ustedes me te se nos
        os le les mi mis tu tus su sus nuestro nuestra este esta esto estos estas ese esa eso
        esos aquel aquella es son era eran fue fueron ser está están estaba ha han había he hay
        haber no sí más muy ya también todo toda todos todas otro otra mismo tan menos pues así"""
    ),
    notes=(
        "Diphthongs by spelling, so guion and cruel are one syllable (RAE 2010).",
        "An h between a strong and a weak vowel does not part them (prohi-bir).",
    ),
)
