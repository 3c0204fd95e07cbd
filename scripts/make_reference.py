"""Write docs/reference/: one page a scorer, made from its spec, and an index.

Usage: python scripts/make_reference.py [--check]

With ``--check`` nothing is written; the exit status is 1 where a page is missing, stale or left
over. Run it after adding or changing a scorer.
"""

from __future__ import annotations

import argparse
import inspect
import sys
from collections.abc import Iterable
from pathlib import Path

import qualmetrics as qm
from qualmetrics.core import Scorer
from qualmetrics.errors import BundleError
from qualmetrics.formula import LOWEST
from qualmetrics.registry import ALIASES, required, reward_names
from qualmetrics.registry import parameters as taken
from qualmetrics.reward.preset import shown

FOLDER = Path(__file__).parent.parent / "docs" / "reference"
OURS = ("qualmetrics.registry:get", "qualmetrics.reward.builder:from_node")
"""Recipes of what is in this package, a plug-in's apart."""

NOTE = "<!-- Made by scripts/make_reference.py from the scorer's spec; do not edit. -->\n"


def limits(least: float | None, most: float | None) -> str:
    """Write an interval in words."""
    if least is not None and most is not None:
        return f"{least:g} to {most:g}"
    if least is not None:
        return f"at least {least:g}"
    return "none" if most is None else f"at most {most:g}"


def lower_limit(lower: float) -> str:
    """Write where a band begins; the first of a scale without limits begins nowhere."""
    return "—" if lower == LOWEST else f"{lower:g}"


def facts(scorer: Scorer) -> Iterable[tuple[str, str]]:
    """Yield the rows of a page's table."""
    spec = scorer.spec
    aliases = sorted(alias for alias, name in ALIASES.items() if name == spec.name)
    yield "aliases", ", ".join(f"`{alias}`" for alias in aliases)
    yield "measures", f"{spec.unit}; rises with {spec.increases_with}"
    yield (
        "languages",
        "every language with rules" if spec.languages == ("any",) else ", ".join(spec.languages),
    )
    yield "source", spec.source
    yield "tier", spec.tier
    reads = [key for item in scorer.inputs for key in item.layout]
    yield "reads", ", ".join(f"`{key}`" for key in reads)
    ranges = "; ".join(f"{limits(*span)} {key}" for key, span in spec.valid_range.items())
    yield "made for", ranges and f"{ranges} (else flagged `too_short`)"
    yield "limits for every text", limits(*spec.bounds)
    options = scorer.abilities["parameters"]() if "parameters" in scorer.abilities else {}
    takes = (f"{name}={options[name]!r}" if name in options else name for name in taken(spec.name))
    yield "parameters", ", ".join(f"`{item}`" for item in takes)
    yield "signature", f"`{scorer.signature}`"


def page(scorer: Scorer) -> str:
    """Return the page of one scorer."""
    spec = scorer.spec
    lines = [NOTE, f"# {spec.name}\n", inspect.cleandoc(spec.description) + "\n"]
    lines += ["| | |", "|---|---|"]
    escaped = ((key, value.replace("|", "\\|")) for key, value in facts(scorer))
    lines += [f"| {key} | {value} |" for key, value in escaped if value]
    call = "texts, references" if spec.needs_references else "texts"
    if spec.columns:
        call += ", columns={" + ", ".join(f'"{name}": [...]' for name in spec.columns) + "}"
    told = "".join(f", {key}=..." for key in required(spec.name))
    if spec.bands:
        lines += ["\n## The scale in words\n", "| from | meaning |", "|---|---|"]
        lines += [f"| {lower_limit(band.lower)} | {band.label} |" for band in spec.bands]
    lines += [
        "\n## Call it\n",
        "```python",
        "import qualmetrics as qm\n",
        f'scorer = qm.get("{spec.name}"{told})',
        f"scores = scorer({call})  # .values (n, {len(spec.outputs)}), .status (n,), .signature",
        "```",
    ]
    if call == "texts" and not told:
        lines += ["\n```", f"qualmetrics score FILE -m {spec.name}"]
        lines += [f"qualmetrics export {spec.name} -o bundle/", "```"]
    return "\n".join(lines) + "\n"


def index(scorers: Iterable[Scorer]) -> str:
    """Return the index page."""
    lines = [NOTE, "# Reference\n"]
    lines += ["| scorer | unit | rises with | languages | tier |", "|---|---|---|---|---|"]
    for scorer in scorers:
        spec = scorer.spec
        lines.append(
            f"| [{spec.name}]({spec.name}.md) | {spec.unit} | {spec.increases_with} "
            f"| {', '.join(spec.languages)} | {spec.tier} |"
        )
    return "\n".join(lines) + "\n"


def made_here() -> Iterable[Scorer]:
    """Yield the scorers, those apart whose bundle no installed package carries."""
    for name in qm.names():
        try:
            yield qm.get(name)
        except BundleError as error:
            sys.stderr.write(f"no page for {name}: {error}\n")
    for name in reward_names():
        try:
            yield shown(name)
        except BundleError as error:
            sys.stderr.write(f"no page for {name}: {error}\n")


def pages() -> dict[str, str]:
    """Return file name -> text of every page."""
    scorers = list(made_here())
    built_in = [s for s in scorers if s.recipe and s.recipe.factory in OURS]
    made = {f"{scorer.spec.name}.md": page(scorer) for scorer in built_in}
    return {"README.md": index(built_in), **made}


def main() -> int:
    """Write the pages, or check them."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true")
    options = parser.parse_args()
    made = pages()
    there = {path.name: path.read_text(encoding="utf-8") for path in FOLDER.glob("*.md")}
    stale = sorted(name for name in {*made, *there} if made.get(name) != there.get(name))
    if options.check:
        print("\n".join(stale) or f"{len(made)} pages are as their specs say")
        return int(bool(stale))
    FOLDER.mkdir(parents=True, exist_ok=True)
    for name in stale:
        if name in made:
            (FOLDER / name).write_text(made[name], encoding="utf-8")
        else:
            (FOLDER / name).unlink()
    print(f"{len(made)} pages, {len(stale)} changed")
    return 0


if __name__ == "__main__":
    sys.exit(main())
