"""French: how its syllables and sentences are counted."""

from __future__ import annotations

import re

from qualmetrics.text.language import Language, word_set

_PART = re.compile(r"[^\W\d_]+")
_MUTE_END = re.compile(r"(?:(?<=[gq])u)?e(?:s|nt)?\Z")
_ANY_VOWEL = re.compile(r"[aeiouyàâäéèêëîïôöùûüÿœæ]")

# -ent is a mute verb ending (parlent) or a nasal vowel (souvent): only the word can tell.
_SPOKEN_ENT = word_set(
    """cent récent décent innocent accent adolescent effervescent convalescent dent accident
        incident occident président résident évident prudent imprudent confident précédent ardent
        dissident trident excédent antécédent gent argent agent urgent sergent intelligent
        indulgent exigent contingent divergent régent diligent négligent astringent client
        patient impatient orient quotient récipient ingrédient conscient inconscient efficient
        coefficient escient vient tient devient revient parvient convient intervient provient
        souvient appartient contient maintient obtient retient soutient détient lent talent
        violent excellent équivalent insolent opulent turbulent virulent polyvalent ambivalent
        prévalent relent continent permanent imminent éminent pertinent proéminent fréquent
        éloquent conséquent délinquent subséquent parent différent apparent transparent cohérent
        incohérent adhérent torrent concurrent récurrent inhérent indifférent présent absent
        consent sent ressent content mécontent intermittent compétent incompétent pénitent
        omnipotent impotent latent vent souvent couvent fervent évent auvent paravent avent
        ferment serment comment
    adjacent réticent multivalent déficient omniscient ambient gradient strident affluent confluent
    influent supercontinent inconvénient serpent tangent immanent rémanent omniprésent"""
)
_MUTE_MENT = re.compile(r"(?:omm|rm|prim|\banim|stim|\baim|lm|clam|fum|sum|llum|èm|îm|hum)ent\Z")

_NUCLEUS = re.compile(
    r"""
    (?: (?<=q)u | (?<=g)u(?=[eéèêëiîy]) )?             # silent u of qu, gue, gui
    (?: (?<=\bc)o(?=o[pr])                             # co-opérer
      | oui(?=ll) | uî | (?<![oq])ui                   # brouillard, pluie: never two
      | (?:(?<![bcdfgptv][lr])(?:ou|[iuyï])            # glide, but not after tr, bl ...
           (?=[aeiouyàâäéèêëîïôöùûüœ]))?
        (?: eau | eoi | oeu | œu | oei | œi | eui | aoû | (?<=\b[pft])aon\b
          | (?:ai|oi)e(?=ment|té)                      # pai(e)ment
          | eu | eû | au | aî | ai | ei | oî | oi | ou | où | oû | oe | oo | ea | eo
          | [aeo]y(?![aeiouyàâéèêëîïôùûœ])
          | [aeioyàâäéèêëîïôöùûüÿœæ] | (?<!q)u )
    )
    """,
    re.VERBOSE,
)


def _mute_ent(part: str) -> bool:
    if part.endswith("ment"):
        return part not in _SPOKEN_ENT and _MUTE_MENT.search(part) is not None
    return part not in _SPOKEN_ENT and not part.endswith(("vient", "tient", "escent", "scient"))


def _syllables_of_part(part: str) -> int:
    if not part.endswith("ent") or _mute_ent(part):
        part = _MUTE_END.sub("", part)
    found = len(_NUCLEUS.findall(part))
    return found + part.startswith(("pays", "abbay"))  # pe-i, though written with one group


def syllables(word: str) -> int:
    """Count the syllables of a lower-case French word in the prose reading.

    A final e, es or verbal ent is silent (table 1, parlent 1), an e inside the word counts
    (samedi 3), a glide joins its vowel (nation 2) except after a stop or f, v with l or r
    (client 2). Verse would count the final e before a consonant: it is not what is done here.
    """
    total = 0
    for part in _PART.findall(word):
        total += _syllables_of_part(part) or (len(part) > 1 and bool(_ANY_VOWEL.search(part)))
    return max(1, total)


LANGUAGE = Language(
    code="fr",
    name="French",
    scripts=("Latin",),
    syllables=syllables,
    syllable_rule="fr-prose/1",
    titles=word_set(
        """m mm mme mmes mlle mlles dr pr prof mgr st ste sts nº n° fig vol chap p pp cf env ex
        p.ex av bd tél réf éd coll dir gal lt min"""
    ),
    abbreviations=word_set(
        """etc c.-à-d j.-c s.a s.a.r.l cie janv févr juil sept oct nov déc r.s.v.p s.v.p ibid
        op.cit hab apr art"""
    ),
    function_words=word_set(
        """le la les un une des du de au aux à en dans par pour avec sans sous sur entre vers chez
        jusque depuis pendant contre et ou mais donc or ni car que qui quoi dont où quand comme
        si parce je tu il elle on nous vous ils elles me te se lui leur leurs y mon ma mes ton ta
        tes son sa ses notre nos votre vos ce cet cette ces cela ça est sont était étaient être
        été suis es sommes a ont avait avaient avoir ai as avons fait peut ne pas plus moins très
        aussi bien tout tous toute toutes même autre autres encore déjà ainsi alors après avant"""
    ),
    elisions=word_set(
        """l' d' j' m' t' s' n' c' ç' qu' jusqu' lorsqu' puisqu' quoiqu'"""
    ),  # quelqu'un and presqu'île are one word
    notes=(
        "Prose reading: final e, es, verbal ent silent; inner e counted; glides after TLFi.",
        "quelqu'un and presqu'île are one word, so those two are no elisions.",
        "-ent by a list of its spoken words; a verb and noun that share a form are one entry.",
    ),
)
