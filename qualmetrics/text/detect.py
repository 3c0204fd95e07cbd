"""Which language a text is written in, for ``lang="auto"``: machinery behind the extra ``lang``.

py3langid 0.4 was chosen by trial (``benchmarks/languages.py --detect``: 3,000 single sentences, 600
texts of ten, in en de es fr it ru ar hi). Restricted to the languages below and silent under the
confidence below, it is right in .996 of the sentences it names (1.9 % are left unnamed) and in
all long texts, at 19,000 sentences/s. py3langid unrestricted: .982; lingua 2.1.1: .979 at 560/s
with 96 MB on disk and 1.1 GB in memory; langdetect: .982 at 740/s, random unless seeded. fastText
lid.176 (.99, fastest) called Norwegian Danish in 3 of 5 and its model is CC BY-SA. py3langid is
BSD-3, 4.5 MB with its model (numpy arrays, no pickle), kept up, deterministic, opens no socket.
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
    *("ka", "am", "km", "lo", "my", "si", "ml", "kn", "gu", "pa", "or", "is", "sq", "cy"),
    *("ga", "eu", "sw", "tl", "ms", "az", "af", "mt", "eo", "gl", "be", "mk", "kk"),
)
_CONFIDENCE = 0.5
"""Below this the answer is None: so it is for 1.9 % of single sentences, and for one-word texts."""
_READ = 20_000
"""Characters looked at: ten sentences are enough, and a 10 MB file must not cost seconds."""


@cache
def _identifier() -> Any:
    """Load the model once per process (an own instance: the package's global one is untouched)."""
    try:
        from py3langid.langid import (  # type: ignore[import-untyped,unused-ignore]
            MODEL_FILE,
            LanguageIdentifier,
        )
    except ImportError:
        raise MissingExtraError("py3langid", "lang", 'lang="auto"') from None
    identifier = LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
    known = set(identifier.labels)  # another version may know fewer
    identifier.set_languages([code for code in _CANDIDATES if code in known])
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
