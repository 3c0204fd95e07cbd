"""Pages of docs/audits: every shipped scorer and preset under every check that fits it.

``QUALMETRICS_DATA=... python benchmarks/audits.py [NAME...] [--out docs/audits]``; all without a
name, half an hour on one core. ``NAME-guarded`` is a preset with its guards. Scorers of one family
and language are audited on one set, which is read and edited once; see ``SETS``. The index is
brought up to date row by row. No text of a set goes into a page.
"""

from __future__ import annotations

import argparse
import gzip
import json
import os
import sys
import time
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from qualmetrics import registry
from qualmetrics.audit import Audit, Material, Settings, audit, subject_of
from qualmetrics.audit.bottom_line import bottom_line
from qualmetrics.audit.finding import cell
from qualmetrics.audit.words import in_words
from qualmetrics.core import Scorer
from qualmetrics.errors import QualmetricsError
from qualmetrics.reward.shaping import target_band

PAIRS, DRAWS = 300, 200
GUARDED = "-guarded"
MARKED = ("tree_sim", "node_chrf")
"""Read as Markdown, and audited on answers: plain text has no structure."""
SOME, FEW, FEW_TEXTS = 100, 30, 120
"""Texts that are edited; for a scorer with a neural model, fewer, and of fewer in all."""


def rows(*path: str) -> list[dict[str, Any]]:
    """Return the rows of a gzipped JSONL file of the data folder."""
    with gzip.open(Path(os.environ["QUALMETRICS_DATA"]).joinpath(*path), "rt") as stream:
        return [json.loads(line) for line in stream]


def some(items: list[Any], n: int = PAIRS, seed: int = 0) -> list[Any]:
    """Return ``n`` items, drawn once and in order."""
    index = np.random.default_rng(seed).permutation(len(items))[:n]
    return [items[i] for i in np.sort(index)]


def of_pairs(
    items: list[tuple[str, str, str, dict[str, Any]]],
    reference: bool = False,  # noqa: FBT001, FBT002
) -> Material:
    """Return pairs of (group, better, worse, columns); the prompt and reference are in columns."""
    items = [item for item in items if item[1].strip() and item[2].strip() and item[1] != item[2]]
    texts = [text for _, better, worse, _ in items for text in (better, worse)]
    groups = [group for group, _, _, _ in items for _ in range(2)]
    cells = [dict(columns) for *_, columns in items for _ in range(2)]
    prompts = tuple(cell.pop("prompt", "") for cell in cells)
    references = tuple((cell.pop("reference"),) for cell in cells) if reference else ()
    return Material(
        tuple(texts), tuple(groups), np.array([1.0, 0.0] * len(items)),
        np.arange(2 * len(items)).reshape(-1, 2), prompts if any(prompts) else (), references,
        {name: tuple(cell[name] for cell in cells) for name in cells[0]},
    )  # fmt: skip


def easier(lang: str, *path: str, group: str = "id") -> Material:
    """Return pairs of which the easier text is the better one."""
    found = some(rows(*path))
    return of_pairs([(str(r[group]), r["easy"], r["hard"], {"lang": lang}) for r in found])


def rewriting() -> Material:
    """Return simplifications beside their sources, which are prompt and reference, too."""
    ease = registry.get("flesch_reading_ease")
    found = some(rows("wikiauto_docs", "wikiauto_docs.dev.jsonl.gz"))
    target = ease([r["easy"] for r in found]).primary.tolist()
    items = [
        (r["id"], r["easy"], r["hard"], {"prompt": r["hard"], "reference": r["hard"], "target": t})
        for r, t in zip(found, target, strict=True)
    ]
    return of_pairs(items, reference=True)


def levels(lang: str) -> Material:
    """Return sentences with levels of ReadMe++; compared inside a source; lower is better."""
    found = [r for r in rows("readmepp", "readmepp.train_dev.jsonl.gz") if r["lang"] == lang]
    found = some(found, 2 * PAIRS)
    groups = tuple(f"{r['domain']}/{r['subdomain']}" for r in found)
    labels = np.array([-float(r["level"]) for r in found])
    columns = {"lang": (lang,) * len(found)}
    return Material(tuple(r["text"] for r in found), groups, labels, columns=columns)


def translations() -> Material:
    """Return translations that people ranked, with their reference."""
    found = some(rows("wmt19_darr", "darr_kk-en.dev.jsonl.gz"))
    return of_pairs(
        [(r["ref"], r["better"], r["worse"], {"reference": r["ref"]}) for r in found],
        reference=True,
    )


def answers() -> Material:
    """Return answers of models to prompts with a reference, rated from 1 to 5 by GPT-4."""
    found = rows("longform_likert", "prometheus_vicuna_mtbench.dev.jsonl.gz")
    return Material(
        tuple(r["response"] for r in found),
        tuple(r["prompt"] for r in found),
        np.array([float(np.mean(r["gpt4_score"])) for r in found]),
        prompts=tuple(r["prompt"] for r in found),
        references=tuple((r["reference"],) for r in found),
    )


SETS: dict[str, tuple[str, Callable[[], Material]]] = {
    "en": (
        (
            "lead paragraphs of Wikipedia and Simple English Wikipedia (Wiki-Auto); the simple one "
            "is better"
        ),
        lambda: easier("en", "wikiauto_docs", "wikiauto_docs.dev.jsonl.gz"),
    ),
    "de": (
        "German documents and their plain versions (DEplain-web); the plain one is better",
        lambda: easier("de", "deplain_web", "docs.train_dev.jsonl.gz"),
    ),
    "es": (
        "Spanish medical sentences and their lay versions (CLARA-MeD); the lay one is better",
        lambda: easier("es", "clara_med_es", "clara_med.dev.jsonl.gz", group="group"),
    ),
    "it": (
        "Italian sentences before and after one simplifying edit (SIMPITIKI); the later is better",
        lambda: easier("it", "simpitiki_it", "simpitiki.dev.jsonl.gz"),
    ),
    **{
        lang: (
            (
                f"sentences ({lang}) with levels from 1 to 6 (ReadMe++), compared inside one "
                "source; the lower level is better"
            ),
            lambda lang=lang: levels(lang),  # type: ignore[misc]
        )
        for lang in ("fr", "ru", "ar")
    },
    "rewriting": (
        (
            "lead paragraphs of Wikipedia as prompt and reference, with their Simple English "
            "version (Wiki-Auto), which is better; the target is its own level"
        ),
        rewriting,
    ),
    "translations": (
        "translations from Kazakh that people ranked, with a reference (WMT19 DARR)",
        translations,
    ),
    "answers": (
        "answers of models to prompts of Vicuna and MT-bench with a reference, rated by GPT-4",
        answers,
    ),
}
"""What scorers are audited on: in words, and how it is read."""


@cache
def material(name: str) -> Material:
    """Read a set once."""
    return SETS[name][1]()


def set_of(scorer: Scorer) -> str | None:
    """Return the set that a scorer is audited on; None where there is none."""
    spec = scorer.spec
    if "doc" in scorer.needs:
        return None
    if spec.family == "reward":
        return (
            "rewriting" if spec.name in ("readability_target", "rewrite", "simplify") else "answers"
        )
    if spec.family == "similarity" or spec.needs_references:
        return "answers" if "prompt" in scorer.needs or spec.name in MARKED else "translations"
    if spec.family == "feature":
        return "answers"
    if set(spec.languages) & {"any", "en"}:
        return "en"
    return next((lang for lang in spec.languages if lang in SETS), None)


def is_heavy(scorer: Scorer) -> bool:
    """Tell whether it runs a neural model."""
    return "encoder:" in scorer.signature


def made(name: str) -> Scorer:
    """Return a scorer or preset by name; an undefined row of a preset is worth 0."""
    guarded = name.endswith(GUARDED)
    name = name.removesuffix(GUARDED)
    if name in MARKED:
        return registry.get(name, markup="markdown")
    if name not in registry.reward_names():
        return registry.get(name)
    given: dict[str, Any] = {"undefined": 0.0, "guarded": guarded}
    if name == "readability_target":
        given["target"] = "target"
    if name == "rewrite":
        ease = registry.get("flesch_reading_ease")
        given["goal"] = target_band(ease, target="target", undefined=None)
    return registry.get(name, **given)


def nothing_to_see(scorer: Scorer, texts: Material) -> str:
    """Return why a set shows nothing of a scorer: no value, or the same one everywhere."""
    scored = subject_of(scorer).score(texts.rows())
    values = scored.values[~scored.undefined]
    if not len(values):
        return f"no text has a value ({', '.join(scored.problems)})"
    return "" if len(np.unique(values)) > 1 else "it says the same of every text"


def page(found: Audit, name: str, of: str) -> str:
    """Return the page of an audit: where from, in words, then all numbers that are judged."""
    facts = found.material
    sample = f"{facts['texts']} texts in {facts['groups']} groups, {facts['pairs']} pairs"
    counts = ", ".join(f"{n} {verdict}" for verdict, n in found.counts.items())
    items = [item for item in found.findings if item.verdict != "note"]
    skipped = [item.check for item in found.findings if item.name == "not_run"]
    not_run = ", ".join(skipped) or "nothing"
    return "\n".join(
        [
            f"# Audit of {name}",
            "",
            f"`{found.signature}`",
            "",
            f"On {SETS[of][0]}: {sample}. {found.settings['direction']} {counts}.",
            "",
            "## In words",
            "",
            *(f"- {sentence}" for sentence in (*bottom_line(found), *in_words(found))),
            "",
            "## What was judged",
            "",
            "| check | finding | verdict | value | n |",
            "|---|---|---|---:|---:|",
            *(f"| {i.check} | {i.name} | {i.verdict} | {cell(i)} | {i.found.n:,} |" for i in items),
            "",
            f"Not run: {not_run}. What stands behind each check: [audit.md](../audit.md).",
            "",
            f"`python benchmarks/audits.py {name}` makes this page again.",
            "",
        ]
    )


def line(found: Audit, name: str, of: str) -> str:
    """Return the row of the index."""
    strict = next((f for f in found.findings if f.key == ("accuracy", "strict")), None)
    accuracy = "–" if strict is None or strict.value != strict.value else f"{strict.value:.2f}"
    counts = found.counts
    bad = [f for f in found.findings if f.check == "degenerate" and f.name == "worst"]
    worst = f"{bad[0].details['by'].replace('_', ' ')} {bad[0].value:.2f}" if bad else "–"
    return (
        f"| [{name}]({name}.md) | {of} | {accuracy} | {worst} | {counts['fail']} | "
        f"{counts['warn']} | {counts['pass']} |"
    )


def audited(names: list[str]) -> Iterator[tuple[str, str, Audit | None, str]]:
    """Yield each scorer with its set, its audit and, where there is none, the reason."""
    for name in names:
        start = time.perf_counter()
        try:
            scorer = made(name)
            of = set_of(scorer)
            if of is None:
                languages = ", ".join(scorer.spec.languages)
                lacking = "it reads spaCy documents" if "doc" in scorer.needs else languages
                yield name, "", None, f"no set here fits it ({lacking})"
                continue
            heavy = is_heavy(scorer)
            lang = of if len(of) == 2 else "en"
            texts = material(of).sample(FEW_TEXTS) if heavy else material(of)
            why = nothing_to_see(scorer, texts)
            if why:
                yield name, "", None, f"{why} of the set {of!r}"
                continue
            told = Settings(draws=DRAWS, sample=FEW if heavy else SOME, lang=lang)
            found = audit(scorer, texts, settings=told)
            print(f"{name}: {of}, {time.perf_counter() - start:.0f} s", file=sys.stderr)
            yield name, of, found, ""
        except QualmetricsError as error:
            yield name, "", None, str(error)


def main() -> None:
    """Write the pages, and bring their index up to date."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*")
    parser.add_argument("--out", type=Path, default=Path("docs/audits"))
    given = parser.parse_args()
    given.out.mkdir(parents=True, exist_ok=True)
    presets = registry.reward_names()
    every = [*registry.names(), *presets, *(f"{name}{GUARDED}" for name in presets)]
    names = given.names or every
    path = given.out / "README.md"
    known = rows_of(path.read_text(encoding="utf-8")) if path.exists() else {}
    for name, of, found, why in audited(names):
        if found is None:
            known[name] = f"- {name}: {why}"
        else:
            (given.out / f"{name}.md").write_text(page(found, name, of), encoding="utf-8")
            known[name] = line(found, name, of)
        rows = [known[one] for one in sorted(known)]
        shown = [row for row in rows if row.startswith("| [")]
        path.write_text(index(shown, [r for r in rows if r not in shown]), encoding="utf-8")


def rows_of(text: str) -> dict[str, str]:
    """Return the rows of an index by the scorer's name."""
    found = {}
    for row in text.split("## Scorers", 1)[-1].splitlines():
        if row.startswith("| ["):
            found[row[3:].partition("]")[0]] = row
        elif row.startswith("- "):
            found[row[2:].partition(":")[0]] = row
    return found


def index(lines: list[str], without: list[str]) -> str:
    """Return the index of all pages."""
    sets = "\n".join(f"- **{name}**: {what}." for name, (what, _) in SETS.items())
    return f"""# Audits of the scorers that ship

What fools each scorer, and what it really measures: the same checks for all, also where they look
bad. [audit.md](../audit.md) says what the checks are. Made by `python benchmarks/audits.py` over
the data sets below; no text of these is on the pages.

A formula counts: it is blind to order, meaning and errors by construction, and fails those checks.
That is no defect of ours, and a reason not to reward by it alone.

- **pairs**: how often the better text stands strictly higher.
- **worst text**: of the texts that answer nothing, the one that beats the most real answers, and
  what share of these.
- **fail, warn, pass**: findings by verdict.

In the set *rewriting* the worse text is the source itself. A guarded preset gives it 0, as it gives
a text that answers nothing: the two tie, and a tie counts as half a text beaten. What guards do
among real rewrites alone is in [rewards-gaming.md](../rewards-gaming.md).

## Sets

{sets}

## Scorers

| scorer | set | pairs | worst text | fail | warn | pass |
|---|---|---:|---|---:|---:|---:|
{chr(10).join(lines)}

## Not audited

{chr(10).join(without)}
"""


if __name__ == "__main__":
    main()
