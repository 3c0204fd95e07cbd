"""English."""

from __future__ import annotations

from qualmetrics.text.language import Language, word_set
from qualmetrics.text.lexicon import cmudict
from qualmetrics.text.syllables import english_syllables, fallback_many, fallback_syllables


def _unlisted_syllables(word: str) -> int:
    """Count a word that the dictionary does not hold; common kinds take a short way.

    Agrees with ``english_syllables`` (a test compares them), only sooner.
    """
    if word.isascii():
        if word.isalpha() and word.islower():
            return fallback_syllables(word)
        if "-" in word and len(word) <= 64:
            parts = [cmudict().get(part, 0) for part in word.lower().split("-")]
            if all(parts):
                return sum(parts)
    return english_syllables(word)


LANGUAGE = Language(
    code="en",
    name="English",
    scripts=("Latin",),
    syllables=english_syllables,
    any_syllables=_unlisted_syllables,
    many_syllables=fallback_many,
    dictionary=cmudict,
    syllable_rule="cmu+ng/1",
    titles=word_set(
        """
        mr mrs ms mx dr drs prof rev hon gen col capt lt sgt cpl maj cmdr adm gov sen rep pres supt
        messrs mmes mt vs cf viz eg ie e.g i.e approx ca mlle mme
        pvt ald atty insp det supt resp incl excl
        """
    ),
    abbreviations=word_set(
        """
        etc al inc corp co ltd llc plc jr sr esq u.s u.k u.n u.s.a p.m a.m d.c e.u ph.d m.d b.a
        m.a d.phil b.sc m.sc dept univ assn bros ave blvd rd hwy sq apt bldg est
        avg min hr hrs oz lb lbs ft cm mm kg km mph ibid
        st ste fr calif tenn ariz colo fla okla wis mich minn
        """
    ),
    before_numbers=word_set(
        """
        no nos fig figs p pp vol vols ch chap art eq eqs ver v op par para pt sect
        jan feb mar apr jun jul aug sep sept oct nov dec tab ex
        """
    ),
    function_words=word_set(
        """
        the a an and or but nor so yet if then than that this these those there here
        he she it we they i you who whom whose what which when where why how while
        his her hers its our ours their theirs my mine your yours him them us me
        is are was were be been being am do does did done has have had having
        will would shall should can could may might must not no
        of in on at by for from to with about into over after before under between through during
        without within against among upon as because since until although though unless however
        all any both each few many more most other some such only own same too very just also
        once again now even still never always often perhaps maybe let one two
        meanwhile moreover therefore thus finally instead today yesterday tomorrow
        everyone everything nothing nobody someone something
        """
    ),
    notes=("Function words and abbreviations: our own list from general knowledge.",),
)
