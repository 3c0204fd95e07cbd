"""Small preference sets of our own making, in the formats of the published ones.

To see what a file must hold, and to try a scorer whose right and wrong answers everybody can check:
sums, of which the wrong ones are longer. They measure nothing else.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from qualmetrics.audit.preferences import SECTIONS
from qualmetrics.audit.styles import three_styles
from qualmetrics.errors import InputError

Record = dict[str, Any]
LANGUAGES: Mapping[str, tuple[str, str, str]] = {
    "en": ("What is {a} plus {b}?", "{a} plus {b} is {c}.", "It is certain, as everybody knows."),
    "de": ("Was ist {a} plus {b}?", "{a} plus {b} ist {c}.", "Das ist sicher, wie jeder weiß."),
    "fr": ("Combien font {a} plus {b} ?", "{a} plus {b} font {c}.", "C'est sûr, on le sait bien."),
    "es": ("¿Cuánto es {a} más {b}?", "{a} más {b} son {c}.", "Es seguro, como todos saben."),
}
"""Question, answer, and what makes a wrong answer longer."""
DOMAINS = ("chat", "code", "math", "safety-refuse", "safety-response")
BETTER_KNOWN = ("Factuality", "Precise IF", "Math", "Safety", "Focus")
STEPS = "Begin at {a}. Go {b} steps on, one at a time. That is {c} in the end."


def _sum(k: int) -> dict[str, int]:
    a, b = 2 + k % 7, 3 + k % 11
    return {"a": a, "b": b, "c": a + b}


def _off(numbers: Mapping[str, int], by: int = 1) -> dict[str, int]:
    return {**numbers, "c": numbers["c"] + by}


def _answers(lang: str, k: int, n_wrong: int = 1) -> tuple[str, str, list[str]]:
    question, answer, more = LANGUAGES[lang]
    numbers = _sum(k)
    wrong = [f"{answer.format(**_off(numbers, i + 1))} {more}" for i in range(n_wrong)]
    return question.format(**numbers), answer.format(**numbers), wrong


def _rewardbench(n: int) -> Iterator[Record]:
    subsets = [name for several in SECTIONS.values() for name in several]
    for k in range(n):
        asked, right, (wrong,) = _answers("en", k)
        yield {
            "prompt": asked, "chosen": right, "rejected": wrong,
            "subset": subsets[k % len(subsets)], "id": k,
        }  # fmt: skip


def _rewardbench_2(n: int) -> Iterator[Record]:
    for k in range(n):
        asked, right, wrong = _answers("en", k, 3)
        row = {"prompt": asked, "rejected": wrong, "num_incorrect": 3}
        if k % 3 == 0:
            numbers = _sum(k)
            turned = "{b} plus {a} is {c}.".format(**numbers)
            yield {**row, "chosen": [right], "num_correct": 1, "subset": "Ties", "id": f"ref:{k}"}
            several = {"prompt": f"{asked} Say it in one of several ways.", "num_correct": 2}
            yield {
                **row, **several, "chosen": [right, turned], "subset": "Ties", "id": f"tied:{k}",
            }  # fmt: skip
        else:
            name = BETTER_KNOWN[k % len(BETTER_KNOWN)]
            yield {**row, "chosen": [right], "num_correct": 1, "subset": name, "id": str(k)}


def _m_rewardbench(n: int) -> Iterator[Record]:
    for k in range(n):
        for lang in LANGUAGES:
            asked, right, (wrong,) = _answers(lang, k)
            yield {
                "prompt": asked, "chosen": right, "rejected": wrong, "language": lang, "id": k,
            }  # fmt: skip


def _rm_bench(n: int) -> Iterator[Record]:
    for k in range(n):
        asked, right, (wrong,) = _answers("en", k)
        numbers = _sum(k)
        sides = (right, numbers), (wrong.split(". ")[0] + ".", _off(numbers))
        chosen, rejected = (
            list(three_styles(f"{first} {STEPS.format(**numbers)}")) for first, numbers in sides
        )
        yield {
            "prompt": asked, "chosen": chosen, "rejected": rejected,
            "domain": DOMAINS[k % len(DOMAINS)], "id": k,
        }  # fmt: skip


FORMATS: Mapping[str, Callable[[int], Iterator[Record]]] = {
    "rewardbench": _rewardbench,
    "rewardbench2": _rewardbench_2,
    "m-rewardbench": _m_rewardbench,
    "rm-bench": _rm_bench,
}
"""Format -> the rows of so many questions."""


def example_rows(name: str, n: int = 46, *, messages: bool = False) -> list[Record]:
    """Return rows of a small set in the format of a published one.

    Parameters
    ----------
    name : {"rewardbench", "rewardbench2", "m-rewardbench", "rm-bench"}
    n : int
        Questions.
    messages : bool
        Prompts and answers as lists of messages instead of strings.

    Raises
    ------
    InputError
        For another name, or no question.

    Examples
    --------
    >>> example_rows("rewardbench", 1)[0]["chosen"]
    '2 plus 3 is 5.'
    """
    if name not in FORMATS:
        raise InputError(f"no format {name!r}; there are: {', '.join(FORMATS)}")
    if n < 1:
        raise InputError(f"n is a number of questions, at least 1; got {n}")
    rows = list(FORMATS[name](n))
    return [_in_messages(row) for row in rows] if messages else rows


def _in_messages(row: Record) -> Record:
    asked = [{"role": "user", "content": row["prompt"]}]

    def answer(text: str) -> list[dict[str, str]]:
        return [*asked, {"role": "assistant", "content": text}]

    def side(given: Any) -> Any:
        return answer(given) if isinstance(given, str) else [answer(text) for text in given]

    return {
        **row,
        "prompt": asked,
        "chosen": side(row["chosen"]),
        "rejected": side(row["rejected"]),
    }


def write_example(path: str | Path, name: str, n: int = 46, *, messages: bool = False) -> Path:
    """Write such rows as JSON lines, and return where."""
    rows = example_rows(name, n, messages=messages)
    file = Path(path)
    lines = (json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
    file.write_text("".join(lines), encoding="utf-8")
    return file
