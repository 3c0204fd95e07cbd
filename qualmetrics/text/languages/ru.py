"""Russian: how its syllables and sentences are counted."""

from __future__ import annotations

import re

from qualmetrics.text.language import Language, word_set

# Every vowel letter is a syllable; a foreign word in Latin letters counts its vowel groups.
_NUCLEUS = re.compile(r"[аеёиоуыэюяєії]|[aeiouyàáâäèéêëìíîïòóôöùúûü]+")


def syllables(word: str) -> int:
    """Count the vowel letters of a lower-case Russian word."""
    return max(1, len(_NUCLEUS.findall(word)))


LANGUAGE = Language(
    code="ru",
    name="Russian",
    scripts=("Cyrillic",),
    syllables=syllables,
    syllable_rule="ru-vowels/1",
    titles=word_set(
        """гр проф акад доц д-р ул пр просп пер пл д кв стр с рис табл гл ст см ср напр т.е т.н
        т.к т тов св ген тел обл оз ок"""
    ),
    abbreviations=word_set(
        """т.д т.п др н.э руб коп янв фев февр апр авг сен сент окт ноя дек р.х г гг им р тыс млн
        млрд вв"""
    ),
    function_words=word_set(
        """и в во не на я он она оно они мы вы ты что с со как а то все всё но да его её ее их ему
        ей им нас вас нам вам мне тебе себя себе меня тебя к ко у от до за из изо по под над при
        про без для о об обо через между перед после около бы же ли или если когда где кто чем
        чтобы потому так такой также тоже уже ещё еще только очень был была было были быть есть
        будет будут может можно нет ни это этот эта эти тот та те свой своя который которая
        которое которые мой твой наш ваш весь сам"""
    ),
    notes=("Vowel letters; exact but for spellings out of use.",),
)
