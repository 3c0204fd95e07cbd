"""``score --add``: what a run was told when it was begun, so that what is added is told it too."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from qualmetrics.cli.beside import Beside, parameters, row_settings
from qualmetrics.cli.messages import note, warn
from qualmetrics.core import Scorer
from qualmetrics.corpus.metrics import takes
from qualmetrics.corpus.readers import LANGUAGE
from qualmetrics.corpus.runs import Run
from qualmetrics.errors import InputError

if TYPE_CHECKING:
    from qualmetrics.cli.scoring import Request

FLAGS = {"lang": "--lang", "rules": "--rules", "lang_field": "--lang-field", "windows": "--windows"}
"""Options of one value that decide what a metric is, as ``run.json`` holds them."""


def asked(request: Request) -> dict[str, Any]:
    """Return what decides which scorer a name means, as plain data for ``run.json``."""
    return {
        "lang": request.lang,
        "rules": request.rules,
        "lang_field": request.beside.language,
        "windows": request.windows,
        "with": list(request.parameters),
    }


def as_the_run(request: Request, names: Sequence[str], run: Run) -> Request:
    """Return the request with the options of the run that were not typed; say which these are.

    What was typed comes first, then what the run was told, and what settings say not at all: they
    may have changed since. An option that no added metric takes is left out.

    Raises
    ------
    InputError
        Where ``run.json`` holds something else than options there, or ``--rules`` was typed for a
        run in which each row has its own language.
    """
    held = _held(request, run)
    if held is None:
        return request
    typed = request.typed
    own = request.beside.language if "lang_field" in typed else None
    now = {
        "lang": request.lang if "lang" in typed else None,
        "rules": request.rules if "rules" in typed else None,
        "lang_field": own,
        "windows": request.windows if "windows" in typed else None,
    }
    over = _over(held, request, {parameter for name in names for parameter in takes(name)})
    if "lang_field" in over and now["rules"] is not None:
        raise InputError(
            f"the run was scored with --lang-field {over['lang_field']}, and --rules is one for "
            "all rows; leave --rules out, or type --lang as well: --lang en"
        )
    more = over.pop("with")
    told = [f"{FLAGS[name]} {value}" for name, value in over.items()]
    told += [f"--with {item}" for item in more]
    if told and not request.quiet:
        note(f"as in the run: {', '.join(told)}")
    now |= over
    given = request.parameters if "parameters" in typed else ()
    return replace(
        request,
        lang=now["lang"],
        rules=now["rules"],
        windows=now["windows"],
        parameters=(*more, *given),
        beside=replace(request.beside, language=now["lang_field"]),
    )


def _held(request: Request, run: Run) -> dict[str, Any] | None:
    """Return what the run was told; of one that does not say, what its reading shows, or None."""
    held = run.about.get("asked")
    if held is not None:
        _check(held, run)
        return dict(held)
    field = dict(run.settings.reading.columns).get(LANGUAGE)
    if field is not None:
        return {**dict.fromkeys(FLAGS), "lang_field": field, "with": []}
    if not request.quiet and not request.typed.keys() & {*FLAGS, "parameters"}:
        warn(
            f"the run in {run.folder} does not say which --lang, --rules or --with it was scored "
            "with: it was begun by an older version, or in Python. If it had any, type them again"
        )
    return None


def _check(held: Any, run: Run) -> None:
    whole = isinstance(held, dict) and held.keys() == {*FLAGS, "with"}
    values = [held[name] for name in FLAGS] if whole else []
    more = held["with"] if whole else None
    good = isinstance(more, list) and all(isinstance(item, str) for item in more)
    if not good or not all(value is None or isinstance(value, str) for value in values):
        raise InputError(f"{run.folder}/run.json has 'asked', and no options of score in it")


def _over(held: Mapping[str, Any], request: Request, taken: set[str]) -> dict[str, Any]:
    """Return what is taken over of what the run was told."""
    typed = set(request.typed)
    given = set(parameters(request.parameters)) if "parameters" in typed else set()
    if typed & {"lang", "lang_field"}:
        typed |= {"lang", "lang_field"}
    if "lang_field" in request.typed:
        typed.add("rules")  # each language has its own
    needs = {"lang": "lang", "rules": "rules", "windows": "policy"}
    over = {
        name: held[name]
        for name in FLAGS
        if held[name] is not None
        and name not in typed
        and (name not in needs or needs[name] in taken - given)
    }
    closed = given | (typed & {"lang", "rules"}) | ({"policy"} if "windows" in typed else set())
    more = [item for item in held["with"] if item.partition("=")[0] in taken - closed]
    return {**over, "with": more}


def fields(
    asked_of: Beside, scorers: Mapping[str, Scorer], run: Run, *, quiet: bool
) -> dict[str, Any]:
    """Return what the reading of rows is told: fields that were not typed are those of the run."""
    settings, reading = row_settings(asked_of, scorers), run.settings.reading
    own = {item.partition("=")[0] for item in asked_of.columns}
    columns, was = dict(settings["columns"]), dict(reading.columns)
    told = [
        f"--column {name}={was[name]}"
        for name in columns
        if name != LANGUAGE and name not in own and was.get(name, name) != name
    ]
    columns |= {name: was[name] for name in columns if name in was and name not in own | {LANGUAGE}}
    if asked_of.language is not None and asked_of.language == was.get(LANGUAGE):
        columns[LANGUAGE] = asked_of.language  # a row without the field is an error for all metrics
    found = settings["reference_fields"]
    if settings["referenced"] and not found and reading.reference_fields:
        found = reading.reference_fields
        told += [f"--reference-field {name}" for name in found]
    if told and not quiet:
        note(f"rows are read as in the run: {', '.join(told)}")
    return {**settings, "reference_fields": found, "columns": tuple(columns.items())}
