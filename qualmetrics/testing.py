"""The laws every scorer keeps, as functions that anybody can run on a scorer of their own.

``check_scorer(scorer)`` runs them all; a broken one raises ``LawBroken`` with its name. Each law
takes a scorer (or anything with ``spec`` and the same call) and a ``Call`` of sample rows.
"""

from __future__ import annotations

import atexit
import copy
import pickle
import subprocess
import sys
import threading
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

import numpy as np

from qualmetrics.core import UNDEFINED, Scorer, Scores
from qualmetrics.errors import InputError, QualmetricsError
from qualmetrics.parsed.docs import is_doc

SHORT = "The small boat crossed the bay before noon."
LONG = " ".join(
    f"In chapter {i}, the committee considered whether the municipal library, which had served "
    f"{i * 17} readers, ought to remain open. It did. Nobody in Harwick objected!"
    for i in range(1, 41)
)
TEXTS: tuple[str, ...] = (
    SHORT,
    "Hello",
    "",
    " \t\n",
    "... !!! ???",
    "🙂 🚀 🙂",
    "今日の天気は、晴れです。",
    (
        "Dr. Smith's e-mail (sent at 3.14 p.m.) said: “Don't.” Then he left for Washington, "
        "D.C.\n\nA second paragraph follows -- it's state-of-the-art, at $45.50."
    ),
    "Cafe\u0301 naïve re\u0301sume\u0301.",
    "a\x00b \ud800 c",
    "Ein kurzer deutscher Satz steht hier. Und noch einer.",
    LONG,
    "word " * 300,
)
"""Texts that every law runs on: ordinary, empty, odd, and one much longer than the rest."""


class LawBroken(AssertionError):  # noqa: N818 - the sentence reads better so
    """A scorer does not keep a law."""


@dataclass(frozen=True)
class Call:
    """Arguments of one call of a scorer."""

    texts: Sequence[str | None]
    references: Sequence[str | Sequence[str]] | None = None
    columns: Mapping[str, Sequence[Any]] = field(default_factory=dict)

    @property
    def args(self) -> tuple[Any, ...]:
        """Positional arguments."""
        return (self.texts,) if self.references is None else (self.texts, self.references)

    @property
    def keywords(self) -> dict[str, Any]:
        """Keyword arguments."""
        return {"columns": self.columns} if self.columns else {}

    def take(self, index: Sequence[int]) -> Call:
        """Return the call on these rows."""
        return Call(
            [self.texts[i] for i in index],
            None if self.references is None else [self.references[i] for i in index],
            {name: [cells[i] for i in index] for name, cells in self.columns.items()},
        )

    def on(self, scorer: Any) -> Scores:
        """Call a scorer."""
        scores: Scores = scorer(*self.args, **self.keywords)
        return scores


def sample(
    scorer: Any,
    texts: Sequence[str | None] | None = None,
    references: Sequence[str | Sequence[str]] | None = None,
    columns: Mapping[str, Sequence[Any]] | None = None,
) -> Call:
    """Return rows to try a scorer on: yours, or ``TEXTS`` with what the scorer needs beside them.

    References are the texts turned by one, some rows with two; a column counts from 1, or holds
    the texts turned by two where an input reads it as its ``side``.
    """
    rows = list(TEXTS if texts is None else texts)
    needs: frozenset[str] = getattr(scorer, "needs", frozenset())
    if references is None and "references" in needs:
        turned = [text or "" for text in rows[1:] + rows[:1]]
        references = [r if i % 3 else [r, SHORT] for i, r in enumerate(turned)]
    given = dict(columns or {})
    of_text = _text_columns(scorer)
    for name in sorted(needs - {"references"} - set(given)):
        turned = [text or SHORT for text in rows[2:] + rows[:2]]
        given[name] = turned if name in of_text else [float(i + 1) for i in range(len(rows))]
    return Call(rows, references, given)


def _text_columns(scorer: Any) -> set[str]:
    if not isinstance(scorer, Scorer):
        return set()
    from qualmetrics.planner import leaves

    return {str(getattr(leaf, "side", "")) for leaf in leaves(scorer)}


# -- the laws -------------------------------------------------------------------------------------


def law_shape(scorer: Any, call: Call) -> None:
    """Values are float64 ``(n, k)``, statuses ``(n,)``."""
    scores = call.on(scorer)
    expected = (len(call.texts), len(scorer.spec.outputs))
    _hold(scores.values.shape == expected, f"values are {scores.values.shape}, not {expected}")
    _hold(scores.values.dtype == np.float64, f"values are {scores.values.dtype}, not float64")
    _hold(scores.status.shape == expected[:1], f"statuses are {scores.status.shape}")


def law_empty_batch(scorer: Any, call: Call) -> None:
    """No texts give no rows, and no error."""
    scores = call.take([]).on(scorer)
    _hold(scores.values.shape == (0, len(scorer.spec.outputs)), f"shape {scores.values.shape}")


def law_order(scorer: Any, call: Call) -> None:
    """Reversed rows give reversed scores."""
    backwards = list(range(len(call.texts)))[::-1]
    _same(scorer, call.on(scorer).take(np.array(backwards)), call.take(backwards).on(scorer))


def law_rows_do_not_see_each_other(scorer: Any, call: Call) -> None:
    """One by one = batched = shuffled = beside a very long text."""
    together = call.on(scorer)
    n = len(call.texts)
    alone = Scores.join([call.take([i]).on(scorer) for i in range(n)])
    _same(scorer, together, alone, "alone and in a batch")
    shuffled = np.random.default_rng(0).permutation(n).tolist()
    _same(scorer, together.take(np.array(shuffled)), call.take(shuffled).on(scorer), "shuffled")
    longest = max(range(n), key=lambda i: len(call.texts[i] or ""))
    for i in range(n):
        beside = call.take([i, longest]).on(scorer).take(np.array([0]))
        _same(scorer, together.take(np.array([i])), beside, f"row {i} beside a very long text")


def law_deterministic(scorer: Any, call: Call) -> None:
    """The same call twice gives the same bits."""
    first, second = call.on(scorer), call.on(scorer)
    _hold(np.array_equal(first.values, second.values, equal_nan=True), "two calls differ")
    _hold(np.array_equal(first.status, second.status), "two calls differ in status")


def law_inputs_untouched(scorer: Any, call: Call) -> None:
    """Texts, references and columns are left as they were."""
    mine = copy.deepcopy(call)
    before = _by_value(mine)
    mine.on(scorer)
    _hold(_by_value(mine) == before, "the call changed its arguments")


def _by_value(call: Call) -> Call:
    """Return a copy of a call whose cells compare by value, which spaCy's documents do not."""
    columns = {
        name: [cell.to_bytes() if is_doc(cell) else copy.deepcopy(cell) for cell in cells]
        for name, cells in call.columns.items()
    }
    return Call(list(call.texts), copy.deepcopy(call.references), columns)


def law_undefined_is_nan(scorer: Any, call: Call) -> None:
    """NaN exactly where the status is undefined (or the number that the caller chose)."""
    scores = call.on(scorer)
    undefined = (scores.status & np.uint16(UNDEFINED)) != 0
    chosen = scorer.spec.undefined
    inside = scores.values[undefined]
    right = np.isnan(inside) if np.isnan(chosen) else inside == chosen
    _hold(bool(right.all()), f"an undefined row holds {inside[~right][:1]}")
    blank = [i for i, text in enumerate(call.texts) if not (text or "").strip()]
    if "references" not in getattr(scorer, "needs", frozenset()):
        _hold(bool(undefined[blank].all()), "a text of nothing but white space has a value")


def law_finite_elsewhere(scorer: Any, call: Call) -> None:
    """A defined row has a finite primary value."""
    scores = call.on(scorer)
    defined = (scores.status & np.uint16(UNDEFINED)) == 0
    partial = (scores.status & np.uint16(8)) != 0
    values = scores.values[defined & ~partial]
    _hold(bool(np.isfinite(values).all()), "a row without an undefined status is not finite")


def law_bounds(scorer: Any, call: Call) -> None:
    """No value lies outside the spec's bounds."""
    least, most = scorer.spec.bounds
    values = call.on(scorer).values
    slack = scorer.spec.tolerance
    below = [] if least is None else values[values < least - slack].tolist()
    above = [] if most is None else values[values > most + slack].tolist()
    _hold(not below, f"{min(below, default=0)} < {least}")
    _hold(not above, f"{max(above, default=0)} > {most}")


def law_wrong_calls_raise(scorer: Any, call: Call) -> None:
    """A bare string, and lengths that do not match, are refused."""
    _refuses(scorer, ("a bare string", *call.args[1:]), call.keywords, "a bare string")
    if call.references is not None:
        _refuses(scorer, (call.texts, call.references[1:]), call.keywords, "too few references")
    for name, cells in call.columns.items():
        short = {**call.columns, name: cells[1:]}
        _refuses(scorer, call.args, {"columns": short}, f"a column {name!r} that is too short")


def law_recipe_round_trip(scorer: Any, call: Call) -> None:
    """Pickled and scored in a fresh process, the values are the same."""
    try:
        data = pickle.dumps(scorer)
    except QualmetricsError as error:
        raise LawBroken(str(error)) from error
    theirs = _worker().score(data, call)
    _same(scorer, call.on(scorer), theirs, "here and in a fresh process")


def law_thread_safe(scorer: Any, call: Call) -> None:
    """Eight threads at once get what one gets."""
    alone = call.on(scorer)
    with ThreadPoolExecutor(8) as pool:
        for scores in pool.map(lambda _: call.on(scorer), range(16)):
            _same(scorer, alone, scores, "one thread and eight")


LAWS: tuple[Callable[[Any, Call], None], ...] = (
    law_shape,
    law_empty_batch,
    law_order,
    law_rows_do_not_see_each_other,
    law_deterministic,
    law_inputs_untouched,
    law_undefined_is_nan,
    law_finite_elsewhere,
    law_bounds,
    law_wrong_calls_raise,
    law_recipe_round_trip,
    law_thread_safe,
)


def check_scorer(
    scorer: Any,
    texts: Sequence[str | None] | None = None,
    references: Sequence[str | Sequence[str]] | None = None,
    *,
    columns: Mapping[str, Sequence[Any]] | None = None,
    skip: Sequence[str] = (),
) -> None:
    """Run every law on a scorer.

    Parameters
    ----------
    scorer : Scorer
        Or anything with ``spec`` and the same call.
    texts, references, columns : optional
        Rows to try; by default ``sample(scorer)``.
    skip : names of laws, such as ``law_recipe_round_trip`` for a scorer made on the spot

    Raises
    ------
    LawBroken
        Naming the law and what was seen.
    """
    unknown = set(skip) - {law.__name__ for law in LAWS}
    if unknown:
        raise InputError(f"no law is called {', '.join(sorted(unknown))}")
    call = sample(scorer, texts, references, columns)
    for law in LAWS:
        if law.__name__ not in skip:
            check_law(law, scorer, call)


def check_law(law: Callable[[Any, Call], None], scorer: Any, call: Call) -> None:
    """Run one law; whatever a scorer raises on the way is the law broken, too."""
    try:
        law(scorer, call)
    except LawBroken as error:
        raise LawBroken(f"{scorer.spec.name} breaks {law.__name__}: {error}") from error.__cause__
    except Exception as error:
        raise LawBroken(f"{scorer.spec.name} breaks {law.__name__}: it raised {error!r}") from error


# -- how laws judge ---------------------------------------------------------------------------


def _hold(condition: bool, seen: str) -> None:  # noqa: FBT001 - it reads as a sentence
    if not condition:
        raise LawBroken(seen)


def _same(scorer: Any, left: Scores, right: Scores, where: str = "the two") -> None:
    _hold(np.array_equal(left.status, right.status), f"{where}: statuses differ")
    a, b = left.values, right.values
    _hold(a.shape == b.shape, f"{where}: shapes {a.shape} and {b.shape}")
    _hold(np.array_equal(np.isnan(a), np.isnan(b)), f"{where}: NaN in one only")
    gap = np.abs(a - b) / np.maximum(1.0, np.abs(a))
    worst = float(np.nanmax(gap, initial=0.0)) if gap.size else 0.0
    _hold(worst <= scorer.spec.tolerance, f"{where}: values differ by {worst:.3g}")


def _refuses(scorer: Any, args: tuple[Any, ...], keywords: Mapping[str, Any], what: str) -> None:
    try:
        scorer(*args, **keywords)
    except InputError:
        return
    _hold(condition=False, seen=f"{what} was not refused with InputError")


# -- another process --------------------------------------------------------------------------


class _Worker:
    """A fresh Python process that scores what is pickled to it.

    Not ``multiprocessing``: that runs the caller's script again, which a check must not.
    """

    def __init__(self) -> None:
        code = (
            f"import sys; sys.path[:] = {sys.path!r}; "
            "from qualmetrics.testing import _serve; _serve()"
        )
        self.lock = threading.Lock()
        self.process = subprocess.Popen(  # noqa: S603 - our own interpreter and code
            [sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE
        )

    def close(self) -> None:
        """End the process and wait for it."""
        self.process.kill()
        self.process.communicate()

    def score(self, scorer: bytes, call: Call) -> Scores:
        """Return the scores of a pickled scorer, computed there."""
        pipe_in, pipe_out = self.process.stdin, self.process.stdout
        if pipe_in is None or pipe_out is None:
            raise LawBroken("the other process has no pipes")
        with self.lock:
            pickle.dump((scorer, call), pipe_in)
            pipe_in.flush()
            answer = pickle.load(pipe_out)  # noqa: S301 - our own child process
        if isinstance(answer, Scores):
            return answer
        said = f"in a fresh process: {answer}"
        if "__main__" in said:
            said += "; what a script itself defines cannot be found there: put it in a module, or "
            said += "pass skip=['law_recipe_round_trip']"
        raise LawBroken(said)


@lru_cache(maxsize=1)
def _worker() -> _Worker:
    worker = _Worker()
    atexit.register(worker.close)
    return worker


def _serve() -> None:
    pipe_in, pipe_out = sys.stdin.buffer, sys.stdout.buffer
    while True:
        try:
            data, call = pickle.load(pipe_in)  # noqa: S301 - from our own parent process
        except EOFError:
            return
        try:
            answer: Scores | str = call.on(pickle.loads(data))  # noqa: S301
        except Exception as error:
            answer = repr(error)
        pickle.dump(answer, pipe_out)
        pipe_out.flush()
