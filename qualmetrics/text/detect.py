"""Which language a text is written in, for ``lang="auto"``: machinery behind the extra ``lang``.

py3langid was chosen by trial (benchmarks/languages.py prints the figures; 3,500 texts of 12 words
to 10 sentences): restricted to the languages below it names .993 of single sentences and all of
480 long texts rightly, lingua 2.1.1 .985 in 25 times the time and 830 MB of memory, langdetect
.981 at random unless seeded, fastText's lid.176 .991 but weak on Norwegian, and CC BY-SA.
It is BSD-3, 4.5 MB with its model (no pickle), kept up, deterministic, and opens no socket.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Any

from qualmetrics.errors import InputError, MissingExtraError
from qualmetrics.text.language import normalise

# The bundled languages and those that a text might be in instead. Close relatives with few
# speakers (Aragonese, Walloon, Nepali beside Hindi) are left out: they only drew short texts away.
_CANDIDATES = (
    *("en", "de", "es", "fr", "it", "nl", "pt", "ru", "pl", "tr", "uk", "ar", "sv", "da", "no"),
    *("nn", "zh", "ja", "ko", "el", "he", "hi", "fi", "hu", "cs", "sk", "ro", "bg", "sr", "hr"),
    *("sl", "lt", "lv", "et", "fa", "ur", "id", "vi", "th", "bn", "ta", "te", "mr", "ca", "hy"),
    *("ka", "am", "km", "lo", "my", "si", "ml", "kn", "gu", "pa", "or", "bo", "is", "sq", "cy"),
    *("ga", "eu", "sw", "tl", "ms", "az", "af", "mt", "eo", "gl", "be", "mk", "kk"),
)
_CONFIDENCE = 0.5
"""Below this the answer is None: of 3,000 sentences 1.7 % fall there, and .998 of the rest hold."""
_READ = 20_000
"""Characters looked at: more never changed an answer, and a 10 MB file must not cost seconds."""


@cache
def _identifier() -> Any:
    """Load the model once per process (an own instance: the package's global one is untouched)."""
    try:
        from py3langid.langid import MODEL_FILE, LanguageIdentifier
    except ImportError:
        raise MissingExtraError("py3langid", "lang", 'lang="auto"') from None
    identifier = LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
    identifier.set_languages(_CANDIDATES)
    return identifier


def _detect_one(text: str) -> str | None:
    text = text[:_READ]
    if not any(char.isalpha() for char in text):
        return None
    code, confidence = _identifier().classify(text)
    return normalise(code) if confidence >= _CONFIDENCE else None


def detect(texts: Sequence[str]) -> list[str | None]:
    """Name the language of each text.

    Parameters
    ----------
    texts
        The texts; the first 20,000 characters of each are read.

    Returns
    -------
    list of str or None
        An ISO 639-1 code, of a bundled language or of another one (``ja``); Norwegian is always
        ``nb``. None where there is no letter or too little to tell ("ok", a name, code).

    Raises
    ------
    MissingExtraError
        When py3langid is not installed.
    InputError
        For a bare string.

    Examples
    --------
    >>> detect(["Wir gehen morgen ins Kino.", "42"])
    ['de', None]
    """
    if isinstance(texts, str):
        raise InputError(
            f"detect got a bare string; it expects a sequence. Type: detect([{texts[:40]!r}])"
        )
    _identifier()  # say what is missing before any text is read
    return [_detect_one(text) for text in texts]
