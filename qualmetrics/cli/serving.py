"""``serve``: scores over HTTP, and the page at ``/``."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from qualmetrics.corpus.metrics import default_metrics, split_names
from qualmetrics.errors import InputError

TOKEN = "QUALMETRICS_TOKEN"  # noqa: S105 - the name of a variable


def serve_metrics(
    metrics: tuple[str, ...],
    *,
    config: str | None,
    lang: str | None,
    rules: str | None,
    token_file: str | None,
    settings: Mapping[str, Any],
) -> None:
    """Serve what is named until a signal to stop."""
    from qualmetrics.serve import Catalogue, Settings, serve

    names = split_names(metrics)
    if not names and config is None:
        names = default_metrics(lang or "en")
    token = _token(token_file)
    chosen = {key: value for key, value in settings.items() if value is not None}
    catalogue = Catalogue(metrics=names, lang=lang, rules=rules, config=config)

    def announce(url: str) -> None:
        # the token itself is not shown: terminals are shared and logged
        page = f"{url}/t/TOKEN/" if token else f"{url}/"
        sys.stdout.write(f"qualmetrics serves {', '.join(_served(catalogue))} on {page}\n")
        sys.stdout.flush()

    serve(catalogue, Settings(token=token, **chosen), announce=announce)


def _served(catalogue: Any) -> tuple[str, ...]:
    reward = catalogue.reward()
    return (*(() if reward is None else (reward.name,)), *catalogue.metrics)


def _token(path: str | None) -> str | None:
    """Return the token from a file, or else from the environment: not from the command line."""
    if path is None:
        return os.environ.get(TOKEN) or None
    try:
        return Path(path).read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"cannot read the token file {path}: {error}") from None
