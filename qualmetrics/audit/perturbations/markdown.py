"""Markdown on and off, by rule: the marks change; of the words only one heading comes in."""

from __future__ import annotations

import re
from typing import Final

from qualmetrics.audit.perturbations.draft import Draft, Perturbation, Rng

_HEADING: Final = re.compile(r"(?m)^#{1,6}[ \t]+")
_BULLET: Final = re.compile(r"(?m)^([ \t]*)(?:[-*+]|\d{1,3}[.)])[ \t]+")
_QUOTE: Final = re.compile(r"(?m)^>[ \t]?")
_STRONG: Final = re.compile(r"(\*\*|__)(?=\S)([^*_\n]{1,400})(?<=\S)\1")
_EMPHASIS: Final = re.compile(r"(?<![\w*])\*(?=\S)([^*\n]{1,400})(?<=\S)\*(?![\w*])")
_LINK: Final = re.compile(r"\[([^\[\]\n]{1,400})\]\([^()\s]{1,2000}\)")
_CODE: Final = re.compile(r"`([^`\n]{1,400})`")
_FENCE: Final = re.compile(r"(?m)^```.*$")


def without_markdown(text: str) -> str:
    r"""Return a text without the marks of headings, lists, quotes, emphasis, links and code.

    A text with a fence is returned as it is: its marks may be code.

    Examples
    --------
    >>> without_markdown("# Tea\n\n- **Boil** the [water](https://x.org).")
    'Tea\n\nBoil the water.'
    """
    if _FENCE.search(text):
        return text
    for pattern in (_HEADING, _QUOTE):
        text = pattern.sub("", text)
    text = _BULLET.sub(r"\1", text)
    text = _LINK.sub(r"\1", text)
    text = _STRONG.sub(r"\2", text)
    text = _EMPHASIS.sub(r"\1", text)
    return _CODE.sub(r"\1", text)


def with_markdown(text: str, sentences: list[tuple[int, int]]) -> str:
    r"""Return a text with a heading, its sentences as bullets and their first words in bold.

    Parameters
    ----------
    text : str
    sentences : where they are

    Examples
    --------
    >>> with_markdown("Boil water. Add tea.", [(0, 11), (12, 20)])
    '## Answer\n\n- **Boil** water.\n- **Add** tea.'
    """
    if not sentences or _FENCE.search(text) or _BULLET.search(text):
        return text
    lines = []
    for start, end in sentences:
        first, space, rest = " ".join(text[start:end].split()).partition(" ")
        lines.append(f"- **{first}**{space}{rest}")
    return "## Answer\n\n" + "\n".join(lines)


def _on(draft: Draft, rng: Rng) -> str:
    del rng
    return with_markdown(draft.text, draft.sentences)


def _off(draft: Draft, rng: Rng) -> str:
    del rng
    return without_markdown(draft.text)


PERTURBATIONS: Final = (
    Perturbation("markdown_on", "invariant", "a heading, bullets, and bold first words", _on),
    Perturbation("markdown_off", "invariant", "the marks of Markdown go", _off),
)
