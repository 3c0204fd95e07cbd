"""What an audit looks at: texts in groups, which of them is better, and what stands beside them.

A group is what one prompt, source or title belongs to: only inside it are texts compared, and it
is drawn as a whole for intervals. Nothing is dropped silently: ``report`` counts what was read,
what was left out and why.
"""

from __future__ import annotations

import json
import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np

from qualmetrics.core import References, Rows
from qualmetrics.errors import InputError, QualmetricsError
from qualmetrics.evaluation.bootstrap import Index, Values
from qualmetrics.reward.completion import Completion, last_user
from qualmetrics.text.language import codes, normalise
from qualmetrics.training.rows import Row, read_rows

SHOWN = 20
"""Places of rows left out that a report names; all are counted."""
SIDES = ("chosen", "rejected")
KNOWN = (*SIDES, "text", "label", "group", "prompt", "reference", "references")
"""Fields with a meaning; all others become columns."""
COMPLETION = Completion()


@dataclass(frozen=True, eq=False)
class Material:
    """Texts in groups, and all that is known about them; aligned, ``n`` rows."""

    texts: tuple[str, ...]
    groups: tuple[str, ...] = ()
    """Which prompt or title each text belongs to; by default each is alone."""
    labels: Values = field(default_factory=lambda: np.empty(0))
    """Higher is better, inside a group; NaN where nobody judged."""
    pairs: Index = None  # type: ignore[assignment]  # made from the labels where it is not given
    """``(m, 2)``: positions of a better and a worse text of one group."""
    prompts: tuple[Any, ...] = ()
    """A string or a list of messages each; empty where there are none."""
    references: tuple[tuple[str, ...], ...] = ()
    """One or several strings each; empty where there are none."""
    columns: Mapping[str, tuple[Any, ...]] = field(default_factory=dict)
    """What else stands beside each text: subset, id, lang, position, and the caller's own."""
    report: Mapping[str, Any] = field(default_factory=dict)
    """What was read and left out, in numbers."""

    def __post_init__(self) -> None:
        n = len(self.texts)
        put = object.__setattr__
        put(self, "texts", tuple(self.texts))
        put(self, "groups", tuple(self.groups) or tuple(f"#{i}" for i in range(n)))
        labels = np.asarray(self.labels, dtype=np.float64)
        put(self, "labels", labels if len(labels) or not n else np.full(n, np.nan))
        put(self, "columns", {name: tuple(cells) for name, cells in self.columns.items()})
        put(self, "report", dict(self.report))
        for what, several in self._aligned():
            if len(several) != n:
                raise InputError(f"{n} texts but {len(several)} {what}")
        wrong = next((t for t in self.texts if not isinstance(t, str)), None)
        if wrong is not None or isinstance(self.texts, str):
            raise InputError(f"texts must be strings; got {type(wrong).__name__}")
        pairs = _pairs(self) if self.pairs is None else np.asarray(self.pairs, dtype=np.intp)
        pairs = pairs.reshape(-1, 2)
        if len(pairs) and not (pairs.min() >= 0 and pairs.max() < n):
            raise InputError(f"pairs name positions outside of the {n} texts")
        put(self, "pairs", pairs)

    def _aligned(self) -> list[tuple[str, Any]]:
        optional = (("prompts", self.prompts), ("references", self.references))
        return [
            ("groups", self.groups),
            ("labels", self.labels),
            *((name, cells) for name, cells in optional if cells),
            *((f"cells of the column {name!r}", cells) for name, cells in self.columns.items()),
        ]

    def __len__(self) -> int:
        return len(self.texts)

    @property
    def pair_groups(self) -> list[str]:
        """The group of each pair: the unit of its interval."""
        return [self.groups[i] for i in self.pairs[:, 0]]

    def rows(
        self, index: Sequence[int] | Index | None = None, texts: Sequence[str] | None = None
    ) -> Rows:
        """Return rows for a subject: these positions, or other texts in their place.

        Parameters
        ----------
        index : positions, optional
            All by default; one may repeat.
        texts : sequence of str, optional
            What stands in the place of the texts at these positions, with their prompt, references
            and columns.
        """
        chosen = range(len(self)) if index is None else [int(i) for i in index]
        given = [self.texts[i] for i in chosen] if texts is None else list(texts)
        if len(given) != len(chosen):
            raise InputError(f"{len(chosen)} positions but {len(given)} texts")
        columns = {name: [cells[i] for i in chosen] for name, cells in self.columns.items()}
        if self.prompts:
            columns["prompt"] = [self.prompts[i] for i in chosen]
        beside = References(tuple(self.references[i] for i in chosen)) if self.references else None
        return Rows(tuple(given), beside, columns)

    def take(self, index: Sequence[int] | Index) -> Material:
        """Return these texts, in this order, and the pairs that lie wholly among them."""
        chosen = np.asarray(index, dtype=np.intp)
        where = np.full(len(self), -1, dtype=np.intp)
        where[chosen] = np.arange(len(chosen))
        inside = (where[self.pairs] >= 0).all(axis=1)
        return replace(
            self,
            texts=tuple(self.texts[i] for i in chosen),
            groups=tuple(self.groups[i] for i in chosen),
            labels=self.labels[chosen],
            pairs=where[self.pairs[inside]],
            prompts=tuple(self.prompts[i] for i in chosen) if self.prompts else (),
            references=tuple(self.references[i] for i in chosen) if self.references else (),
            columns={k: tuple(c[i] for i in chosen) for k, c in self.columns.items()},
        )

    def sample(self, n: int, *, seed: int = 0) -> Material:
        """Return whole groups, drawn at random, until they hold ``n`` texts, or all there are."""
        if n < 1:
            raise InputError(f"a sample holds at least 1 text; got {n}")
        if len(self) <= n:
            return self
        members: dict[str, list[int]] = {}
        for i, group in enumerate(self.groups):
            members.setdefault(group, []).append(i)
        names = list(members)
        chosen: list[int] = []
        for k in np.random.default_rng(seed).permutation(len(names)):
            if len(chosen) >= n:
                break
            chosen += members[names[int(k)]]
        return self.take(sorted(chosen))

    def languages(self, otherwise: str = "en") -> tuple[list[str], dict[str, int]]:
        """Return the language whose rules each text is counted by, and how many have none.

        The column ``lang`` says it, where there is one; a text without, or in a language that has
        no rules here, is counted as ``otherwise``. The second part counts the latter by language.
        """
        known, unknown = set(codes()), Counter[str]()
        otherwise = normalise(otherwise)
        found = []
        for cell in self.columns.get("lang", [None] * len(self)):
            code = normalise(cell) if isinstance(cell, str) and cell else otherwise
            unknown[code] += code not in known
            found.append(code if code in known else otherwise)
        return found, dict(+unknown)

    def summary(self) -> dict[str, Any]:
        """Return what there is, in numbers: what the report of an audit shows."""
        sizes = Counter(Counter(self.groups).values())
        return {
            "texts": len(self),
            "groups": len(set(self.groups)),
            "pairs": len(self.pairs),
            "labelled": int(np.isfinite(self.labels).sum()),
            "group_sizes": {str(size): count for size, count in sorted(sizes.items())},
            "groups_of_one": sizes.get(1, 0),
            **self.report,
        }


def _pairs(material: Material) -> Index:
    """Return all pairs of different labels inside a group, the better text first."""
    members: dict[str, list[int]] = {}
    for i in np.flatnonzero(np.isfinite(material.labels)):
        members.setdefault(material.groups[i], []).append(int(i))
    found: list[tuple[int, int]] = []
    for several in members.values():
        index = np.array(several)
        label = material.labels[index]
        above, below = np.nonzero(label[:, None] > label[None, :])
        found += zip(index[above].tolist(), index[below].tolist(), strict=True)
    texts = material.texts
    return np.array([p for p in found if texts[p[0]] != texts[p[1]]], dtype=np.intp).reshape(-1, 2)


# -- reading --------------------------------------------------------------------------------------


def read_material(
    paths: str | Path | Sequence[str | Path],
    *,
    prompt: str = "prompt",
    chosen: str = "chosen",
    rejected: str = "rejected",
    text: str = "text",
    label: str = "label",
    group: str = "group",
    reference: str = "reference",
) -> Material:
    """Read preference pairs or labelled texts from files of rows.

    A row is a preference (``chosen`` and ``rejected``, each a text, a list of texts, or messages;
    ``prompt``: a text or messages) or one text (``text``, with ``label``, higher is better, and
    ``group``). ``reference`` holds one string or several. All other fields become columns;
    ``chosen_NAME`` and ``rejected_NAME`` become the column NAME of the two sides. Of messages
    without a ``prompt``, the last of the assistant is the text and those before it are the prompt.

    Parameters
    ----------
    paths : path or several
        ``.jsonl``, ``.csv``, ``.tsv``, or ``.gz`` of these.
    prompt, chosen, rejected, text, label, group, reference : str
        Other names of the fields.

    Returns
    -------
    Material
        Rows of one prompt are one group, and pairs are made inside a row. Where texts stand in
        lists, the column ``position`` holds their place. ``report`` counts ``rows``,
        ``left_out`` by reason with the first places, ``equal_pairs`` (no pair is made of equal
        texts), ``repeated_texts`` and ``without_label``.

    Raises
    ------
    InputError
        When a file is missing, or no row can be used.
    """
    names = {
        "prompt": prompt, "chosen": chosen, "rejected": rejected, "text": text,
        "label": label, "group": group, "reference": reference,
    }  # fmt: skip
    reader = _Reader(names)
    for path in [paths] if isinstance(paths, (str, Path)) else paths:
        for row in read_rows(path):
            reader.add(row)
    return reader.finish()


class _LeftOutError(Exception):
    """A row that is not used: under which count, and why."""

    def __init__(self, reason: str, what: str) -> None:
        super().__init__(what)
        self.reason = reason


@dataclass
class _Item:
    text: str
    group: str
    label: float
    prompt: Any
    references: tuple[str, ...]
    columns: dict[str, Any]


class _Reader:
    """Gathers rows."""

    def __init__(self, names: Mapping[str, str]) -> None:
        self.names = names
        self.items: list[_Item] = []
        self.pairs: list[tuple[int, int]] = []
        self.counts: Counter[str] = Counter()
        self.left_out: Counter[str] = Counter()
        self.places: list[str] = []
        self.singles = False

    def add(self, row: Row) -> None:
        self.counts["rows"] += 1
        try:
            if row.problem:
                raise _LeftOutError("unreadable", row.problem)
            cells = {known: row.cells.get(name) for known, name in self.names.items()}
            if self.names["chosen"] in row.cells or self.names["rejected"] in row.cells:
                self._preference(row, cells)
            elif self.names["text"] in row.cells:
                self._single(row, cells)
            else:
                raise _LeftOutError("missing_field", f"no field {self._expected()}; {_there(row)}")
        except _LeftOutError as error:
            self.left_out[error.reason] += 1
            if len(self.places) < SHOWN:
                self.places.append(f"{row.place}: {error}")

    def _expected(self) -> str:
        return f"{self.names['chosen']!r} and {self.names['rejected']!r}, or {self.names['text']!r}"

    def _preference(self, row: Row, cells: Mapping[str, Any]) -> None:
        for side in SIDES:
            if _absent(cells[side]):
                what = f"nothing in the field {self.names[side]!r}; {_there(row)}"
                raise _LeftOutError("missing_field", what)
        sides = {side: _texts(cells[side], cells["prompt"]) for side in SIDES}
        asked = cells["prompt"]
        if _absent(asked):
            asked = next((p for _, p in (*sides["chosen"], *sides["rejected"]) if p), "")
        group = _group(cells["group"], asked, f"row {row.place}")
        beside = self._columns(row)
        references = _references(cells["reference"])
        places: dict[str, list[int]] = {side: [] for side in SIDES}
        for side, label in (("chosen", 1.0), ("rejected", 0.0)):
            own = self._own(row, side)
            for position, (text, _) in enumerate(sides[side]):
                places[side].append(len(self.items))
                columns = {**beside, **own}
                if len(sides["chosen"]) > 1 or len(sides["rejected"]) > 1:
                    columns.setdefault("position", position)
                self.items.append(_Item(text, group, label, asked, references, columns))
        for a in places["chosen"]:
            for b in places["rejected"]:
                if self.items[a].text == self.items[b].text:
                    self.counts["equal_pairs"] += 1
                else:
                    self.pairs.append((a, b))

    def _single(self, row: Row, cells: Mapping[str, Any]) -> None:
        text = COMPLETION.text(_decoded(cells["text"]))
        if text is None:
            raise _LeftOutError("missing_field", f"no text in {self.names['text']!r}")
        label = _label(cells["label"])
        self.counts["without_label"] += math.isnan(label)
        self.singles = True
        group = _group(cells["group"], cells["prompt"], f"row {row.place}")
        references = _references(cells["reference"])
        prompt = "" if _absent(cells["prompt"]) else _decoded(cells["prompt"])
        self.items.append(_Item(text, group, label, prompt, references, self._columns(row)))

    def _columns(self, row: Row) -> dict[str, Any]:
        used = {*self.names.values()}
        marks = tuple(f"{self.names[side]}_" for side in SIDES)
        return {
            name: cell
            for name, cell in row.cells.items()
            if name not in used and not name.startswith(marks)
        }

    def _own(self, row: Row, side: str) -> dict[str, Any]:
        mark = f"{self.names[side]}_"
        return {n.removeprefix(mark): c for n, c in row.cells.items() if n.startswith(mark)}

    def finish(self) -> Material:
        if not self.items:
            told = ", ".join(f"{reason} {count}" for reason, count in self.left_out.items())
            raise InputError(
                f"no row can be used: {told or 'no rows'}. Expected the fields {self._expected()}. "
                + "; ".join(self.places[:3])
                + ". Other names: --field chosen=good --field rejected=bad"
            )
        names = dict.fromkeys(name for item in self.items for name in item.columns)
        repeated = len(self.items) - len({(item.group, item.text) for item in self.items})
        report: dict[str, Any] = {
            "rows": self.counts["rows"],
            "rows_left_out": dict(self.left_out),
            "equal_pairs": self.counts["equal_pairs"],
            "repeated_texts": repeated,
        }
        if self.singles:
            report["without_label"] = self.counts["without_label"]
        if self.places:
            report["places"] = self.places
        made = Material(
            texts=tuple(item.text for item in self.items),
            groups=tuple(item.group for item in self.items),
            labels=np.array([item.label for item in self.items]),
            pairs=np.array(self.pairs, dtype=np.intp).reshape(-1, 2),
            prompts=_unless_empty([item.prompt for item in self.items]),
            references=_unless_empty([item.references for item in self.items]),
            columns={n: tuple(item.columns.get(n) for item in self.items) for n in names},
            report=report,
        )
        if not self.singles:
            return made
        single = replace(made, pairs=None)  # type: ignore[arg-type]  # made from the labels
        both = np.unique(np.concatenate([single.pairs, made.pairs]), axis=0)
        return replace(single, pairs=both if self.pairs else single.pairs)


def _unless_empty(cells: Sequence[Any]) -> tuple[Any, ...]:
    return tuple(cells) if any(cells) else ()


def _absent(cell: Any) -> bool:
    return cell is None or (isinstance(cell, list) and not cell)


def _there(row: Row) -> str:
    return f"there are: {', '.join(map(repr, row.cells)) or 'none'}"


def _decoded(cell: Any) -> Any:
    """Return messages or lists that a CSV cell holds as JSON; everything else as it is."""
    if isinstance(cell, str) and cell.startswith(("[{", '["')) and cell.endswith("]"):
        try:
            return json.loads(cell)
        except ValueError:
            return cell
    return cell


def _texts(cell: Any, prompt: Any) -> list[tuple[str, Any]]:
    """Return the texts of one side, each with the messages before it where no prompt is given."""
    cell = _decoded(cell)
    several = cell if isinstance(cell, list) and not _messages(cell) else [cell]
    found = []
    for one in several:
        if _messages(one) and all({"from", "value"} <= m.keys() for m in one):
            told = "messages need role and content; these have from and value"
            raise _LeftOutError("no_text", told)
        try:
            text = COMPLETION.text(one)
        except QualmetricsError as error:
            raise _LeftOutError("no_text", str(error)) from None
        if text is None:
            raise _LeftOutError("no_text", "an answer is missing")
        before = one[:-1] if _absent(prompt) and _messages(one) else None
        found.append((text, before))
    return found


def _messages(cell: Any) -> bool:
    return isinstance(cell, list) and bool(cell) and all(isinstance(m, Mapping) for m in cell)


def _group(given: Any, prompt: Any, otherwise: str) -> str:
    if not _absent(given) and given != "":
        return str(given)
    asked = last_user(_decoded(prompt)) if not _absent(prompt) else ""
    return asked or otherwise


def _references(cell: Any) -> tuple[str, ...]:
    cell = _decoded(cell)
    if cell is None or cell == "":
        return ()
    several = [cell] if isinstance(cell, str) else cell
    if not isinstance(several, list) or not all(isinstance(r, str) for r in several):
        raise _LeftOutError("no_reference", "a reference is a string or a list of strings")
    return tuple(several)


def _label(cell: Any) -> float:
    try:
        return float("nan" if cell in (None, "") else cell)
    except (TypeError, ValueError):
        raise _LeftOutError("no_label", f"the label is no number: {cell!r}"[:100]) from None


__all__ = ["Material", "read_material"]
