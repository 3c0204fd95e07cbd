"""Which script a letter belongs to, from explicit ranges: machinery without a dependency.

The ranges are those of Unicode 16.0 (Scripts.txt crossed with the letter categories), written out
so that the answer does not move with the Unicode tables of the Python that runs it. They hold
letters only: no digits, marks or punctuation. What Unicode calls Common, such as the Japanese
length mark U+30FC or the Arabic tatweel, belongs to no script here either.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache

from qualmetrics.errors import InputError

UNICODE_VERSION = "16.0"

_RANGES = {
    "Latin": (
        "A-Za-z\u00aa\u00ba\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u02b8\u02e0-\u02e4\u1d00-\u1d25"
        "\u1d2c-\u1d5c\u1d62-\u1d65\u1d6b-\u1d77\u1d79-\u1dbe\u1e00-\u1eff\u2071\u207f"
        "\u2090-\u209c\u212a\u212b\u2132\u214e\u2183\u2184\u2c60-\u2c7f\ua722-\ua787\ua78b-\ua7cd"
        "\ua7d0\ua7d1\ua7d3\ua7d5-\ua7dc\ua7f2-\ua7ff\uab30-\uab5a\uab5c-\uab64\uab66-\uab69"
        "\ufb00-\ufb06\uff21-\uff3a\uff41-\uff5a\U00010780-\U00010785\U00010787-\U000107b0"
        "\U000107b2-\U000107ba\U0001df00-\U0001df1e\U0001df25-\U0001df2a"
    ),
    "Cyrillic": (
        "\u0400-\u0481\u048a-\u052f\u1c80-\u1c8a\u1d2b\u1d78\ua640-\ua66e\ua67f-\ua69d"
        "\U0001e030-\U0001e06d"
    ),
    "Greek": (
        "\u0370-\u0373\u0376\u0377\u037a-\u037d\u037f\u0386\u0388-\u038a\u038c\u038e-\u03a1"
        "\u03a3-\u03e1\u03f0-\u03f5\u03f7-\u03ff\u1d26-\u1d2a\u1d5d-\u1d61\u1d66-\u1d6a\u1dbf"
        "\u1f00-\u1f15\u1f18-\u1f1d\u1f20-\u1f45\u1f48-\u1f4d\u1f50-\u1f57\u1f59\u1f5b\u1f5d"
        "\u1f5f-\u1f7d\u1f80-\u1fb4\u1fb6-\u1fbc\u1fbe\u1fc2-\u1fc4\u1fc6-\u1fcc\u1fd0-\u1fd3"
        "\u1fd6-\u1fdb\u1fe0-\u1fec\u1ff2-\u1ff4\u1ff6-\u1ffc\u2126\uab65"
    ),
    "Hebrew": "\u05d0-\u05ea\u05ef-\u05f2\ufb1d\ufb1f-\ufb28\ufb2a-\ufb36\ufb38-\ufb3c\ufb3e"
    "\ufb40\ufb41\ufb43\ufb44\ufb46-\ufb4f",
    "Arabic": (
        "\u0620-\u063f\u0641-\u064a\u066e\u066f\u0671-\u06d3\u06d5\u06e5\u06e6\u06ee\u06ef"
        "\u06fa-\u06fc\u06ff\u0750-\u077f\u0870-\u0887\u0889-\u088e\u08a0-\u08c9\ufb50-\ufbb1"
        "\ufbd3-\ufd3d\ufd50-\ufd8f\ufd92-\ufdc7\ufdf0-\ufdfb\ufe70-\ufe74\ufe76-\ufefc"
        "\U00010ec2-\U00010ec4\U0001ee00-\U0001eebb"
    ),
    "Devanagari": (
        "\u0904-\u0939\u093d\u0950\u0958-\u0961\u0971-\u097f\ua8f2-\ua8f7\ua8fb\ua8fd\ua8fe"
    ),
    "Han": (
        "\u3005\u3007\u3021-\u3029\u3038-\u303b\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufa6d"
        "\ufa70-\ufad9\U00020000-\U0002a6df\U0002a700-\U0002b739\U0002b740-\U0002b81d"
        "\U0002b820-\U0002cea1\U0002ceb0-\U0002ebe0\U0002ebf0-\U0002ee5d\U0002f800-\U0002fa1d"
        "\U00030000-\U0003134a\U00031350-\U000323af\U00016fe3"
    ),
    "Hiragana": "\u3041-\u3096\u309d-\u309f\U0001b001-\U0001b11f\U0001b132\U0001b150-\U0001b152",
    "Katakana": (
        "\u30a1-\u30fa\u30fd-\u30ff\u31f0-\u31ff\uff66-\uff6f\uff71-\uff9d"
        "\U0001aff0-\U0001aff3\U0001aff5-\U0001affb\U0001affd\U0001affe\U0001b000"
        "\U0001b120-\U0001b122\U0001b155\U0001b164-\U0001b167"
    ),
    "Hangul": (
        "\u1100-\u11ff\u3131-\u318e\ua960-\ua97c\uac00-\ud7a3\ud7b0-\ud7c6\ud7cb-\ud7fb"
        "\uffa0-\uffbe\uffc2-\uffc7\uffca-\uffcf\uffd2-\uffd7\uffda-\uffdc"
    ),
    "Thai": "\u0e01-\u0e30\u0e32\u0e33\u0e40-\u0e46",
}

SCRIPTS = tuple(_RANGES)
"""The names that ``script_pattern`` takes, as Unicode spells them."""


@cache
def _compiled(scripts: tuple[str, ...]) -> re.Pattern[str]:
    return re.compile(f"[{''.join(_RANGES[script] for script in scripts)}]")


def script_pattern(scripts: Iterable[str]) -> re.Pattern[str]:
    """Return a pattern that matches one letter of any of the scripts.

    Parameters
    ----------
    scripts
        Names out of ``SCRIPTS``, such as ``Language.scripts``; at least one.

    Raises
    ------
    InputError
        For a bare string, no script at all, or a name that has no ranges.

    Examples
    --------
    >>> script_pattern(["Cyrillic"]).findall("да yes")
    ['д', 'а']
    """
    if isinstance(scripts, str):
        raise InputError(
            f"script_pattern got the bare string {scripts!r}; it expects several names. "
            f"Type: script_pattern([{scripts!r}])"
        )
    names = tuple(sorted(set(scripts)))
    unknown = [name for name in names if name not in _RANGES]
    if unknown or not names:
        raise InputError(
            f"script_pattern got {unknown or 'no script'}; it expects some of: {', '.join(SCRIPTS)}"
        )
    return _compiled(names)


def script_of(char: str) -> str | None:
    """Return the script of one letter, or None where it is no letter of a script known here.

    Examples
    --------
    >>> script_of("ж"), script_of("7")
    ('Cyrillic', None)
    """
    for script in SCRIPTS:
        if _compiled((script,)).fullmatch(char):
            return script
    return None
