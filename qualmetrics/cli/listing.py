"""``list`` and ``info``: what scorers there are, and all about one."""

from __future__ import annotations

import json
import sys
from typing import Any

from qualmetrics.cli.messages import warn
from qualmetrics.core import Scorer, Spec
from qualmetrics.corpus.metrics import EXAMPLES, resolve
from qualmetrics.errors import BundleError, MissingExtraError, PluginError
from qualmetrics.feature import thresholds_of
from qualmetrics.registry import ALIASES, get, names, parameters, required, reward_names
from qualmetrics.reward.preset import shown


def list_scorers(*, as_json: bool, family: str | None, lang: str | None) -> None:
    """Print the scorers, one a line."""
    rows = [_row(name, scorer) for name, scorer in _all()]
    rows = [row for row in rows if _wanted(row, family, lang)]
    if as_json:
        sys.stdout.write(json.dumps(rows, ensure_ascii=False, indent=1) + "\n")
        return
    from rich.text import Text

    from qualmetrics.cli.table import console, plain_table, show

    headings = ("name", "aliases", "unit", "increases with", "languages", "tier", "needs")
    table = plain_table(*headings, left=len(headings))
    for row in rows:
        cells = (row["aliases"], row["languages"], row["needs"])
        aliases, languages, needs = (" ".join(cell) for cell in cells)
        table.add_row(
            *map(Text, (row["name"], aliases, row["unit"], row["increases_with"])),
            *map(Text, (languages, row["tier"], needs)),
        )
    out = console(sys.stdout)
    show(out, table)
    if family is None:
        from qualmetrics.text import column_names

        out.print(Text(f"\nCounts are metrics too: {', '.join(column_names())}"), soft_wrap=True)


def show_scorer(name: str, *, as_json: bool) -> None:
    """Print everything about one scorer."""
    (scorer,) = [shown(name)] if name in reward_names() else resolve([name]).values()
    row = {**_row(scorer.spec.name, scorer), **scorer.spec.to_dict(), "signature": scorer.signature}
    if as_json:
        sys.stdout.write(json.dumps(row, ensure_ascii=False, indent=1) + "\n")
        return
    lines = [scorer.spec.name, ""]
    lines += [f"  {line}".rstrip() for line in scorer.spec.description.splitlines()]
    lines.append("")
    lines += [f"  {key:<15} {value}" for key, value in _facts(scorer, row) if value]
    lines += ["", *_calls(name, scorer)]
    sys.stdout.write("\n".join(lines) + "\n")


def _calls(name: str, scorer: Scorer) -> list[str]:
    """Say how it is called, from the shell and from Python."""
    columns = sorted(scorer.needs - {"references"})
    if "references" in scorer.needs:
        shell = f'--text "A cat sat." --reference "The cat was sitting." -m {name}'
        python = '["A cat sat."], ["The cat was sitting."]'
    elif columns:
        shell = f"rows.jsonl -m {name} --column {columns[0]}=FIELD"
        python = '["A cat sat."], columns={' + ", ".join(f'"{c}": [...]' for c in columns) + "}"
    else:
        shell, python = f"README.md -m {name}", '["The small boat crossed the bay."]'
    told = required(name) if name in reward_names() else ()
    typed = "".join(f" --with {key}={EXAMPLES.get(key, '...')}" for key in told)
    lines = [f"  qualmetrics score {shell}{typed}"]
    if scorer.spec.name in (*names(), *reward_names()):
        given = "".join(f", {key}=..." for key in told)
        lines.append(f'  qualmetrics.get("{scorer.spec.name}"{given})({python})')
    return lines


def _all() -> list[tuple[str, Scorer]]:
    found = []
    presets = reward_names()
    for name in (*names(), *presets):
        try:
            found.append((name, shown(name) if name in presets else get(name)))
        except (
            BundleError,
            MissingExtraError,
            PluginError,
            TypeError,
        ) as error:  # one hides no other
            warn(f"{name}: {error}")
    return found


def _row(name: str, scorer: Scorer) -> dict[str, Any]:
    spec = scorer.spec
    adapted = scorer.abilities.get("languages")
    return {
        "name": name,
        "aliases": sorted(alias for alias, target in ALIASES.items() if target == name),
        "family": spec.family,
        "unit": spec.unit,
        "increases_with": spec.increases_with,
        "languages": [*spec.languages, *(sorted(adapted()) if adapted else ())],
        "tier": spec.tier,
        "needs": sorted(scorer.needs),
        "source": spec.source,
        "description": spec.description.split("\n", 1)[0],
        "signature": scorer.signature,
    }


def _wanted(row: dict[str, Any], family: str | None, lang: str | None) -> bool:
    from qualmetrics.text.language import normalise

    if family is not None and row["family"] != family:
        return False
    return lang is None or normalise(lang) in row["languages"] or "any" in row["languages"]


def _facts(scorer: Scorer, row: dict[str, Any]) -> list[tuple[str, str]]:
    spec = scorer.spec
    given = scorer.abilities.get("parameters", dict)()
    options = [f"{key}={value!r}" for key, value in given.items()]
    if spec.name in reward_names():
        options = list(parameters(spec.name))
    return [
        ("aliases", ", ".join(row["aliases"])),
        ("family", spec.family),
        ("unit", spec.unit),
        ("increases with", spec.increases_with),
        ("bounds", _range(spec.bounds)),
        ("bands", _bands(spec)),
        ("languages", ", ".join(_row(spec.name, scorer)["languages"])),
        ("outputs", ", ".join(spec.outputs) if len(spec.outputs) > 1 else ""),
        ("dropped where", ", ".join(map(str, thresholds_of(scorer)))),
        ("reads", ", ".join(key for item in scorer.inputs for key in item.layout)),
        ("needs", ", ".join(row["needs"])),
        ("parameters", ", ".join(options)),
        ("made for", ", ".join(f"{k} {_range(v)}" for k, v in spec.valid_range.items())),
        ("source", spec.source),
        ("tier", spec.tier),
        ("licence", spec.licence),
        ("version", str(spec.version)),
        ("signature", scorer.signature),
    ]


def _range(bounds: tuple[float | None, float | None]) -> str:
    least, most = bounds
    if least is None and most is None:
        return ""
    if most is None:
        return f"at least {least:g}"
    return f"at most {most:g}" if least is None else f"{least:g} to {most:g}"


def _bands(spec: Spec) -> str:
    from qualmetrics.formula import LOWEST

    starts = (f"from {band.lower:g} " if band.lower > LOWEST else "" for band in spec.bands)
    return "; ".join(f"{start}{band.label}" for start, band in zip(starts, spec.bands, strict=True))
