"""Arabic: how its syllables and sentences are counted."""

from __future__ import annotations

import re

from qualmetrics.text.language import Language, word_set

_FOREIGN = re.compile(r"[a-zà-ÿ]")
_FOREIGN_NUCLEUS = re.compile(r"[aeiouyàáâäèéêëìíîïòóôöùúûü]+")
_LETTER = re.compile(r"[\u0621-\u064a\u0671-\u06d3]")
_MARK = re.compile(r"[\u064b-\u065f\u0670\u0640]")
_VOWEL_MARK = re.compile(r"[\u064b-\u0650]")
# Fully marked text: each short vowel or tanwin is a syllable (a long vowel repeats its mark, a
# shadda doubles a consonant); a madda, a bare dagger alef and a bare initial alef add theirs.
_MARKED_NUCLEUS = re.compile(
    "[\u064b-\u0650]\u0651?\u0670?|\u0651[\u064b-\u0650]\u0670?|\u0622|\u0670"
    "|(?<![\u0621-\u065f\u0670])[\u0627\u0671](?![\u064b-\u0652])"
)
# Unmarked text: a long vowel takes the consonant before it, ta marbuta at the end is a vowel, and
# what is left between two vowels is read as CVC and CV, two consonants to a syllable.
_LONG = re.compile(
    "(?<!\\b)(?:[\u0627\u0622\u0649]|(?<![\u0627\u0622\u0649\u0648\u064a])[\u0648\u064a]"
    "(?![\u0627\u0622\u0629\u0648\u0649\u064a]))|\u0629"
)
_ARTICLE = re.compile("\\b([\u0648\u0641\u0628\u0643]?)\u0627\u0644(?=\\w{2})")
_WORD = re.compile(r"\w+")


def _pairs(count: int) -> int:
    return (count + 1) // 2


def _estimate(word: str) -> int:
    """Estimate the syllables of one unmarked Arabic word without an article, in pause."""
    ends = [match.span() for match in _LONG.finditer(word)]
    if not ends:
        return _pairs(len(word))
    total = len(ends)
    start = 0
    for begin, end in ends:
        total += _pairs(max(0, begin - start - 1))  # one consonant is the onset of the vowel
        start = end
    tail = len(word) - start
    return total + (_pairs(tail) if tail > 1 else 0)  # a single one closes the last syllable


def _count_unmarked(word: str) -> int:
    total = 0
    for part in _WORD.findall(word):
        article = _ARTICLE.match(part)
        rest = part[article.end() :] if article else part
        total += _estimate(rest) + bool(article)
    return total


def syllables(word: str) -> int:
    """Count the syllables of an Arabic word by its marks, or estimate them without.

    A word counts as marked when at least a third of its letters carry a short vowel. Marked words
    include their case endings (kitābun 3), unmarked ones are read in pause (kitāb 2).
    """
    if _FOREIGN.search(word):
        return max(1, len(_FOREIGN_NUCLEUS.findall(word)))
    if 3 * len(_VOWEL_MARK.findall(word)) >= max(1, len(_LETTER.findall(word))):
        return max(1, len(_MARKED_NUCLEUS.findall(word)))
    return max(1, _count_unmarked(_MARK.sub("", word)))


LANGUAGE = Language(
    code="ar",
    name="Arabic",
    scripts=("Arabic",),
    syllables=syllables,
    syllable_rule="ar-marks-or-pairs/1",
    titles=word_set("""د أ م ص ج ت ه ق.م أ.د"""),
    abbreviations=word_set("""إلخ الخ هـ"""),
    function_words=word_set(
        """في من إلى على عن مع بين حتى منذ خلال بعد قبل عند لدى دون ضد حول تحت فوق أمام وراء و أو ثم
        أم بل لكن لكنّ أن إن أنّ إنّ كأن لأن لو إذا إذ لما كما حين حيث بينما ما ماذا من متى أين
        كيف لماذا هل أنا نحن أنت أنتم هو هي هم هن هما هذا هذه هؤلاء ذلك تلك أولئك الذي التي الذين
        اللذان اللاتي كان كانت كانوا يكون تكون ليس ليست لم لن لا قد سوف كل بعض غير أي جميع نفس
        فقط أيضا جدا أكثر أقل هناك هنا كذلك به بها له لها لهم فيه فيها منه منها عليه عليها إليه
        عنه وهو وهي"""
    ),
    notes=(
        "Marked text is counted, unmarked text estimated: two leftover consonants a syllable.",
        "OSMAN (El-Haj & Rayson 2016) restores the marks first; the estimate here does not.",
    ),
)
