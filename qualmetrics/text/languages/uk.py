"""Ukrainian: how its syllables and sentences are counted."""

from __future__ import annotations

import re

from qualmetrics.text.language import Language, word_set

_NUCLEUS = re.compile(r"[аеєиіїоуюяёыэ]|[aeiouyàáâäèéêëìíîïòóôöùúûü]+")


def syllables(word: str) -> int:
    """Count the vowel letters of a lower-case Ukrainian word."""
    return max(1, len(_NUCLEUS.findall(word)))


LANGUAGE = Language(
    code="uk",
    name="Ukrainian",
    scripts=("Cyrillic",),
    syllables=syllables,
    syllable_rule="uk-vowels/1",
    titles=word_set(
        """м ст см ім проф акад доц вул просп пров пл буд кв стор с рис табл гл див пор напр т.зв
        тов св ген тел обл оз бл гр"""
    ),
    abbreviations=word_set(
        """т.д т.п ін н.е грн коп січ лют бер квіт трав черв лип серп вер жовт лист груд р рр млн
        млрд тис"""
    ),
    function_words=word_set(
        """і й та в у на не з із зі до від за по про під над при без для через між перед після біля
        що як а але або чи якщо коли де хто чим щоб бо тому так такий також теж вже ще тільки
        дуже я ти він вона воно вони ми ви його її їх їм йому їй нас вас нам вам мені тобі себе
        собі мене тебе був була було були бути є буде будуть може можна немає ні це цей ця ці той
        те ті свій своя який яка яке які мій твій наш ваш весь усі всі сам же би б лише навіть ж"""
    ),
    notes=("Vowel letters; the apostrophe never makes a syllable (п'ять 1).",),
)
