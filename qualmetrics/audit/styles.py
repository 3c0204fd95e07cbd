"""Is it the answer, or its dress? Right and wrong answers in three styles each, crossed.

RM-Bench (Liu et al. 2024, arXiv 2410.16184): every question has a right and a wrong answer, each
concise, detailed as plain text, and detailed as Markdown. A right answer in a plainer style against
a wrong one in a fancier style is *hard*: a scorer that likes length and bullets fails there.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from qualmetrics.errors import InputError
from qualmetrics.evaluation.bootstrap import DRAWS, Estimate, Values, mean_over_units

STYLES = ("concise", "plain", "markdown")
"""From the plainest to the fanciest: the order of the three texts of a side."""
KINDS = ("hard", "normal", "easy")

# -- the matrix -----------------------------------------------------------------------------------


@dataclass(frozen=True)
class StyleMatrix:
    """How often a right answer stands strictly above a wrong one, by the style of each."""

    matrix: Values
    """``(3, 3)``: rows are the right answer's style, columns the wrong one's (``STYLES``)."""
    hard: Estimate
    """Mean of the cells in which the right answer is plainer than the wrong one."""
    normal: Estimate
    """Mean of the cells of one style."""
    easy: Estimate
    """Mean of the cells in which the right answer is fancier."""
    ties: Estimate
    """Share of comparisons of equal value; they count as wrong."""
    detail: Estimate
    """What length alone is worth, both texts plain: how often the right answer wins as the detailed
    one against a concise wrong one, less how often it wins the other way round."""
    dress: Estimate
    """What Markdown alone is worth, both texts detailed: the same of Markdown against plain."""

    @property
    def total(self) -> float:
        """Mean of hard, normal and easy."""
        return float(np.mean([self.hard.value, self.normal.value, self.easy.value]))


def style_matrix(
    chosen: Any,
    rejected: Any,
    units: Sequence[Any] | None = None,
    *,
    draws: int = DRAWS,
    seed: int = 0,
) -> StyleMatrix:
    """Cross right and wrong answers of three styles.

    Parameters
    ----------
    chosen, rejected : array (n, 3)
        Values of the right and the wrong answers, in the order of ``STYLES``; higher is better. A
        question with NaN anywhere is left out, and counted.
    units : sequence of length n, optional
        What is redrawn as a whole for the intervals; by default each question.

    Raises
    ------
    InputError
        For other shapes.

    Examples
    --------
    >>> found = style_matrix([[0.5, 0.6, 0.9]], [[0.4, 0.7, 0.8]], draws=2)
    >>> found.hard.value, round(found.normal.value, 3), found.easy.value
    (0.0, 0.667, 1.0)
    """
    right, wrong = (np.asarray(side, dtype=np.float64) for side in (chosen, rejected))
    if right.ndim != 2 or right.shape != wrong.shape or right.shape[1] != len(STYLES):
        raise InputError(
            f"expected (n, 3) values of each side, in the order {', '.join(STYLES)}; got "
            f"{right.shape} and {wrong.shape}"
        )
    there = np.isfinite(right).all(axis=1) & np.isfinite(wrong).all(axis=1)
    above = (right[:, :, None] > wrong[:, None, :]).astype(np.float64)
    equal = (right[:, :, None] == wrong[:, None, :]).astype(np.float64)
    plainer, one_style = np.triu(np.ones((3, 3)), 1), np.eye(3)
    cells = {"hard": plainer, "normal": one_style, "easy": plainer.T}

    def mean(table: Values, mask: Values, of: float = 0.0) -> Estimate:
        each = (table * mask).sum(axis=(1, 2)) / (of or mask.sum())
        return mean_over_units(np.where(there, each, np.nan), units, draws=draws, seed=seed)

    matrix = above[there].mean(axis=0) if there.any() else np.full((3, 3), np.nan)
    hard, normal, easy = (mean(above, cells[kind]) for kind in KINDS)
    step = [_cell(k + 1, k) - _cell(k, k + 1) for k in (0, 1)]
    detail, dress = (mean(above, mask, 1.0) for mask in step)
    return StyleMatrix(matrix, hard, normal, easy, mean(equal, np.ones((3, 3))), detail, dress)


def _cell(row: int, column: int) -> Values:
    found = np.zeros((3, 3))
    found[row, column] = 1.0
    return found


# -- making the styles ----------------------------------------------------------------------------

_FENCE = re.compile(r"[ \t]{0,3}(?:```|~~~)[^`]{0,100}$")
_RULE = re.compile(
    r"[ \t]{0,3}(?:(?:-[ \t]{0,3}){3,40}|(?:\*[ \t]{0,3}){3,40}|(?:_[ \t]{0,3}){3,40})$"
)
_TABLE_RULE = re.compile(r"[ \t]{0,3}\|?[ \t:|-]{3,500}$")
_HEADING = re.compile(r"[ \t]{0,3}#{1,6}[ \t]{1,10}")
_HEADING_END = re.compile(r"[ \t]{1,10}#{1,6}[ \t]{0,10}$")
_QUOTE = re.compile(r"[ \t]{0,3}(?:>[ \t]?){1,10}")
_BULLET = re.compile(r"[ \t]{0,20}[-*+][ \t]{1,10}(?:\[[ xX]\][ \t]{1,10})?")
_NUMBER = re.compile(r"[ \t]{0,20}[0-9]{1,4}[.)][ \t]{1,10}")
_LINK = re.compile(r"!?\[([^\[\]\n]{0,500})\]\([^()\n]{0,1000}\)")
_SPANS = (
    re.compile(r"\*\*([^*\n]{1,500})\*\*"),
    re.compile(r"__([^_\n]{1,500})__"),
    re.compile(r"(?<![\w*])\*([^*\s](?:[^*\n]{0,498}[^*\s])?)\*(?![\w*])"),
    re.compile(r"(?<![\w_])_([^_\s](?:[^_\n]{0,498}[^_\s])?)_(?![\w_])"),
    re.compile(r"~~([^~\n]{1,500})~~"),
    re.compile(r"`([^`\n]{1,500})`"),
)


def strip_markdown(text: str) -> str:
    r"""Return a text without the marks of Markdown: its words stay, each line on its own.

    Headings, bullets, numbers of lists, quotes, emphasis, code marks, links and rows of tables
    lose their marks; what stands inside a code block is kept as it is.

    Examples
    --------
    >>> strip_markdown("## Why\n\n- **Light** scatters, see [here](http://a.b).\n")
    'Why\n\nLight scatters, see here.\n'
    """
    lines: list[str] = []
    code = False
    for line in text.split("\n"):
        if _FENCE.match(line):
            code = not code
            continue
        lines.append(line if code else _bare(line))
    return "\n".join(lines)


def _bare(line: str) -> str:
    if _RULE.match(line) or ("|" in line and "-" in line and _TABLE_RULE.match(line)):
        return ""
    if quote := _QUOTE.match(line):
        line = line[quote.end() :]
    if heading := _HEADING.match(line):
        line = _HEADING_END.sub("", line[heading.end() :])
    elif item := _BULLET.match(line) or _NUMBER.match(line):
        line = line[item.end() :]
    if line.lstrip().startswith("|") and line.rstrip().endswith("|"):
        line = " ".join(cell.strip() for cell in line.strip().strip("|").split("|"))
    line = _LINK.sub(r"\1", line)
    for span in _SPANS:
        line = span.sub(r"\1", line)
    return line


def add_markdown(text: str, *, lang: str = "en") -> str:
    r"""Return a text as Markdown: the first sentence a heading, the others bullets.

    Bullets begin in bold. Not a word is added or lost. A single sentence becomes a bullet.

    Examples
    --------
    >>> add_markdown("Light scatters on air. Blue does so most of all.")
    '## Light scatters on air.\n\n- **Blue does** so most of all.'
    """
    sentences = _sentences(text, lang)
    if not sentences:
        return text
    first, rest = (sentences[:1], sentences[1:]) if len(sentences) > 1 else ([], sentences)
    head = [f"## {sentence}\n" for sentence in first]
    return "\n".join([*head, *(f"- {_bold(sentence)}" for sentence in rest)])


def _bold(sentence: str) -> str:
    words = sentence.split(" ")
    if len(words) < 4:
        return sentence
    return f"**{' '.join(words[:2])}** {' '.join(words[2:])}"


def concise(text: str, *, lang: str = "en") -> str:
    """Return the first third of the sentences of a plain text, at least one.

    Examples
    --------
    >>> concise("Light scatters on air. Blue does so most. So the sky is blue.")
    'Light scatters on air.'
    """
    sentences = _sentences(text, lang)
    return " ".join(sentences[: max(1, len(sentences) // 3)]) or text


def three_styles(text: str, *, lang: str = "en") -> tuple[str, str, str]:
    """Return a text concise, plain and as Markdown, by rule, in the order of ``STYLES``.

    A detail that stands only in the later sentences is lost in the concise text. Where that is what
    makes an answer wrong, the concise pair says nothing: give RM-Bench's own texts then.

    Examples
    --------
    >>> [len(style) for style in three_styles("It is 4. Two and two make four. So it is.")]
    [8, 41, 53]
    """
    plain = " ".join(strip_markdown(text).split())
    return concise(plain, lang=lang), plain, add_markdown(plain, lang=lang)


def _sentences(text: str, lang: str) -> list[str]:
    from qualmetrics.text.spans import sentence_spans

    found = [text[start:end] for start, end in sentence_spans(text, lang=lang)]
    return [" ".join(sentence.split()) for sentence in found]
