"""Italian: how its syllables and sentences are counted."""

from __future__ import annotations

import re

from qualmetrics.text.language import Language, word_set

_NUCLEUS = re.compile(
    r"""
    [iu]{0,2}[aeoàèéòáóâêô](?:[iu](?![aeoàèéòáóiuìù]))?   # fiore, aiuole, suoi
  | [iu]?[ìùíúî]                                          # più
  | ui | iu | [iu]
  | y(?![aeiou])
    """,
    re.VERBOSE,
)

# Italian does not write the stress of mio or farmacia, so where i or u is stressed (and makes a
# syllable of its own) is a matter of the word: short words, Greek endings, prefixes.
_HIATUS = re.compile(
    r"""
    \b[bdflmnprstvz]{1,2}[iu][aeo]\b | \bsci[ae]\b | \bdui\b     # mio, due, scia
  | (?:log|graf|craz|fon|metr|pat|scop|nom|fob|erg|arch|sof|teg|farmac|poliz|fantas|garanz|malatt|
      allegr|compagn|nostalg|armon|melod|parod|chirurg|pazz|mag|bug|teor|perifer|anatom|follì|
      simmetr|geometr|industr(?=ie\b)|marì|luc|cortes|gelos|ipocris|eres|poes|terap|zoolog|zì|
      utop|miop|copi?os|eucarest|eucarist|dinast|amnist|monet)i[ae]\b
  | (?<!mat)(?<!mis)(?<!art)(?<!sib)(?<!\bs)(?<!\bf)(?<!lib)eri[ae]\b | \b(?:mar|luc)ia\b
  | \bri[aeou](?=[a-zàèéìòù]{2}) | \bvia(?=[a-z]) | \btri[ae] | \bbie(?=nn) | \bbio(?=[a-z])
  | \bdia(?!vol|man)(?=[a-z]{2})
  | (?<![gq])ui(?=re\b|r[aà]|t[oaie]\b|sc)                      # costru-ire
  | pau(?=r) | bau(?=l)
    """,
    re.VERBOSE,
)


def syllables(word: str) -> int:
    """Count the syllables of a lower-case Italian word; i and u glide unless a rule parts them."""
    return max(1, len(_NUCLEUS.findall(word)) + len(_HIATUS.findall(word)))


LANGUAGE = Language(
    code="it",
    name="Italian",
    scripts=("Latin",),
    syllables=syllables,
    syllable_rule="it-vowels/1",
    titles=word_set(
        """sig sigg sig.ra dott dott.ssa dr prof prof.ssa ing avv arch geom rag on sen mons s ss cav
        comm gen col cap ten n nn pag pagg p pp art artt fig vol cap cfr cf es p.es ca tel v vd
        lett min max"""
    ),
    abbreviations=word_set(
        """ecc etc a.c d.c s.p.a s.r.l feb mar apr mag giu lug ago set sett ott nov dic c.a
        op.cit ibid"""
    ),
    function_words=word_set(
        """il lo la i gli le un uno una di a da in con su per tra fra del dello della dei degli
        delle al allo alla ai agli alle dal dallo dalla dai dagli dalle nel nello nella nei negli
        nelle sul sullo sulla sui sugli sulle col e ed o ma anche se che chi cui come quando dove
        perché quindi però io tu lui lei noi voi loro mi ti si ci vi ne mio mia tuo suo sua suoi
        sue nostro questo questa questi queste quello quella quelli è sono era erano sei siamo
        essere stato ha hanno ho aveva avere non più molto già ancora così poi tutto tutti tutte
        ogni altro stesso"""
    ),
    elisions=word_set(
        """l' un' d' c' s' m' t' v' n' dell' all' dall' nell' sull' coll' quell' quest' bell' sant'
        tutt' anch' com' cos' dov' quand' nient' senz' mezz' gl'"""
    ),
    notes=(
        "Unaccented hiatus (mi-o, farmaci-a) by short-word, ending and prefix rules, not by list.",
        "u before a vowel glides (attua-le), where some dictionaries part it.",
    ),
)
