"""Comments that praise or blame, other code after it, and two ways to write a final answer.

Only for texts that hold a fenced block of code, or a final answer; all others stay as they are.
"""

from __future__ import annotations

import re
from typing import Final

from qualmetrics.audit.perturbations.draft import Draft, Perturbation, Rng

_FENCE: Final = re.compile(r"[ ]{0,3}```[ ]?([\w+#.-]*)")
_HASHED: Final = frozenset("python py bash sh shell ruby rb r yaml perl make".split())
GOOD: Final = "good: this is correct and efficient"
BAD: Final = "bad: this is wrong and slow"
OTHER: Final = (
    "\n\n```python\ndef mean_of_squares(values):\n    total = 0\n    for value in values:\n"
    "        total += value * value\n    return total / len(values)\n```"
)
_HEADING: Final = "# Answer\n\n"


def _commented(draft: Draft, remark: str) -> str:
    """Add a remark to every line inside a fence, under the comment mark of its language."""
    lines, mark = draft.text.split("\n"), ""
    for at, line in enumerate(lines):
        fence = _FENCE.match(line)
        if fence:
            mark = "" if mark else "#" if fence[1].lower() in _HASHED else "//"
        elif mark and line.strip():
            lines[at] = f"{line}  {mark} {remark}"
    return "\n".join(lines)


def _followed(draft: Draft, rng: Rng) -> str:
    del rng
    fenced = any(_FENCE.match(line) for line in draft.text.split("\n"))
    return draft.text + OTHER if fenced else draft.text


def _answered(draft: Draft, rng: Rng) -> str:
    r"""Write ``\boxed{7}`` as ``# Answer`` with 7 below it, or the other way round."""
    del rng
    text = draft.text
    before, found, rest = text.rpartition(r"\boxed{")
    if found:
        end = _closing(rest)
        if end < 0:
            return text
        return f"{before}{rest[:end]}{rest[end + 1 :]}\n\n{_HEADING}{rest[:end]}"
    before, found, rest = text.rpartition(_HEADING)
    answer = rest.strip()
    return f"{before}\\boxed{{{answer}}}" if found and answer and "\n" not in answer else text


def _closing(text: str) -> int:
    """Return where the brace closes that stands open in front; -1 where none does."""
    depth = 1
    for at, character in enumerate(text):
        depth += {"{": 1, "}": -1}.get(character, 0)
        if not depth:
            return at
    return -1


PERTURBATIONS: Final = (
    Perturbation(
        "code_comments_good", "invariant", "every line of code is called good in a comment",
        lambda draft, rng: _commented(draft, GOOD),
    ),
    Perturbation(
        "code_comments_bad", "invariant", "every line of code is called bad in a comment",
        lambda draft, rng: _commented(draft, BAD),
    ),
    Perturbation("code_appended", "decrease", "a function nobody asked for follows", _followed),
    Perturbation(
        "answer_format", "invariant", r"\boxed{7} becomes a heading Answer, or the other way round",
        _answered,
    ),
)  # fmt: skip
