"""Turkish: how its syllables and sentences are counted."""

from __future__ import annotations

import re

from qualmetrics.text.language import Language, word_set

_NUCLEUS = re.compile(r"[aeıioöuüâîûéáêô]")


def syllables(word: str) -> int:
    """Count the vowel letters of a lower-case Turkish word (every one is a syllable)."""
    return max(1, len(_NUCLEUS.findall(word)))


LANGUAGE = Language(
    code="tr",
    name="Turkish",
    scripts=("Latin",),
    syllables=syllables,
    syllable_rule="tr-vowels/1",
    titles=word_set(
        """dr prof doç yrd öğr av uzm arş alb gen org sn bay hz st nr no sf s bkz bk örn yy cad
        mah apt tel çev haz müh yd ed"""
    ),
    abbreviations=word_set("""vb vs vd t.c m.ö m.s a.ş ltd şti i.ö i.s oca şub ağu eyl eki"""),
    function_words=word_set(
        """ve veya ya ile ama fakat ancak çünkü eğer ki de da mi mı mu mü bir bu şu o ben sen biz
        siz onlar beni seni onu bizi sizi onları bana sana ona bize size onlara benim senin onun
        bizim sizin onların kendi bunu şunu bunun buna için gibi kadar göre sonra önce karşı
        doğru beri daha en çok az her hiç bazı bütün tüm ne nasıl neden niçin kim hangi nerede
        var yok değil olan olarak olduğu oldu olur olan ise iken üzere üzerinde içinde arasında
        altında tarafından diye bile sadece yalnız artık şimdi hem"""
    ),
    ordinal_dot=True,
    notes=("Vowel letters; exact. A full stop after a number marks an ordinal (3. sınıf).",),
)
