"""The same words in other bytes: spaces, line ends, quotes, composed letters."""

from __future__ import annotations

import re
import unicodedata
from typing import Final

from qualmetrics.audit.perturbations.draft import Draft, Perturbation, Rng
from qualmetrics.training.edits import STRAIGHT, end_mark, first_letter

WRAP: Final = 72
_SPACE: Final = re.compile(" ")
_MARK: Final = re.compile(r"[.,;:!?()\[\]\"“”]")
_LINE_END: Final = re.compile(r"(?m)(?<=[^ \n])$")
_SPACES: Final = re.compile(r"[ \t]+")
_QUOTE: Final = re.compile(r"[\"']")
_SINGLE_BREAK: Final = re.compile(r"(?<=[^\n])\n(?=[^\n\s\-*+#>|0-9`])")


def _spaced(draft: Draft, rng: Rng) -> str:
    del rng
    return draft.everywhere(_MARK, lambda m: f" {m[0]} ")


def _doubled(draft: Draft, rng: Rng) -> str:
    return draft.at_some(_SPACE, lambda m: "  ", rng)


def _collapsed(draft: Draft, rng: Rng) -> str:
    del rng
    lines = (_SPACES.sub(" ", line).strip() for line in draft.text.splitlines())
    return "\n".join(lines).strip()


def _wrapped(draft: Draft, rng: Rng) -> str:
    """Break lines at 72 characters, as mail and man pages do; code stays."""
    del rng
    if "```" in draft.text:
        return draft.text
    return "\n".join(map(_broken, draft.text.split("\n")))


def _broken(line: str) -> str:
    parts: list[str] = []
    width = 0
    for word in line.split(" "):
        if parts and width + 1 + len(word) > WRAP:
            parts.append("\n")
            width = 0
        elif parts:
            parts.append(" ")
            width += 1
        parts.append(word)
        width += len(word)
    return "".join(parts)


def _joined(draft: Draft, rng: Rng) -> str:
    del rng
    return draft.text if "```" in draft.text else _SINGLE_BREAK.sub(" ", draft.text)


def _crlf(draft: Draft, rng: Rng) -> str:
    del rng
    return draft.text if "\r" in draft.text else draft.text.replace("\n", "\r\n")


def _trailing(draft: Draft, rng: Rng) -> str:
    del rng
    if " \n" in draft.text or draft.text.endswith(" "):
        return draft.text
    return _LINE_END.sub(" ", draft.text)


def _untrailed(text: str) -> str:
    return text.replace(" \n", "\n").removesuffix(" ")


def _curly(draft: Draft, rng: Rng) -> str:
    del rng
    text = draft.text

    def turned(match: re.Match[str]) -> str:
        before = text[match.start() - 1 : match.start()]
        opens = not before or before.isspace() or before in "([{—–-"
        return ("“" if opens else "”") if match[0] == '"' else ("‘" if opens else "’")

    return draft.everywhere(_QUOTE, turned) if "`" not in text else text


def _straight(draft: Draft, rng: Rng) -> str:
    del rng
    return draft.text.translate(STRAIGHT)


def _decomposed(draft: Draft, rng: Rng) -> str:
    del rng
    text = draft.text
    return unicodedata.normalize("NFD", text) if unicodedata.is_normalized("NFC", text) else text


def _composed(draft: Draft, rng: Rng) -> str:
    del rng
    text = draft.text
    return unicodedata.normalize("NFC", text) if unicodedata.is_normalized("NFD", text) else text


PERTURBATIONS: Final = (
    Perturbation(
        "spaced_punctuation", "invariant", "spaces around punctuation, as a tokenizer leaves them",
        _spaced,
    ),
    Perturbation("double_spaces", "invariant", "some spaces are doubled", _doubled),
    Perturbation("collapsed_spaces", "invariant", "one space for several", _collapsed),
    Perturbation("hard_wrapped", "invariant", "lines broken at 72 characters", _wrapped),
    Perturbation("joined_lines", "invariant", "single line breaks become spaces", _joined),
    Perturbation(
        "crlf", "invariant", "line ends of Windows", _crlf, lambda t: t.replace("\r\n", "\n")
    ),
    Perturbation("trailing_spaces", "invariant", "a space ends every line", _trailing, _untrailed),
    Perturbation("curly_quotes", "invariant", "straight quotes become curly", _curly),
    Perturbation("straight_quotes", "invariant", "curly quotes and dashes go straight", _straight),
    Perturbation(
        "nfd", "invariant", "accents as characters of their own", _decomposed,
        lambda text: unicodedata.normalize("NFC", text),
    ),
    Perturbation(
        "nfc", "invariant", "accents in one character with their letter", _composed,
        lambda text: unicodedata.normalize("NFD", text),
    ),
    Perturbation(
        "first_letter", "invariant", "the first letter changes case",
        lambda draft, rng: first_letter(draft.text, rng),
    ),
    Perturbation(
        "end_mark", "invariant", "the last full stop goes, or one is added",
        lambda draft, rng: draft.text if "```" in draft.text else end_mark(draft.text, rng),
    ),
)  # fmt: skip
