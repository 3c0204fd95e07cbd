"""Settings from ``pyproject.toml``, ``qualmetrics.toml`` and the environment.

Precedence: flag > environment (``QUALMETRICS_LANG=de``) > nearest file > default.
"""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from qualmetrics.errors import InputError

KEYS: Mapping[str, type] = {
    "metrics": list,
    "lang": str,
    "rules": str,
    "text_field": str,
    "id_field": str,
    "reference_field": list,
    "input_format": str,
    "encoding": str,
    "markup": str,
    "format": str,
    "fail_if": list,
    "warn_if": list,
    "exit_zero": bool,
    "quiet": bool,
    "top": int,
}
"""What can be set, and its type; a list may also be one string."""

COMMANDS: Mapping[str, Mapping[str, str]] = {
    "score": {
        "metrics": "metrics",
        "lang": "lang",
        "rules": "rules",
        "text_field": "text_field",
        "id_field": "id_field",
        "reference_field": "reference_field",
        "input_format": "input_format",
        "encoding": "encoding",
        "markup": "markup",
        "format": "output_format",
        "fail_if": "fail_if",
        "warn_if": "warn_if",
        "exit_zero": "exit_zero",
        "quiet": "quiet",
    },
    "explain": {"lang": "lang", "rules": "rules", "markup": "markup", "top": "top"},
    "export": {"lang": "lang", "rules": "rules"},
    "serve": {"metrics": "metrics", "lang": "lang", "rules": "rules"},
}
"""Which settings a command takes, and what its parameter is called."""


def defaults(folder: Path | None, environment: Mapping[str, str]) -> dict[str, dict[str, Any]]:
    """Return the defaults of each command, for Click's ``default_map``.

    Raises
    ------
    InputError
        For a file that is no TOML, an unknown key (with the close match) or a wrong type.
    """
    settings = {**(_from_file(folder) if folder else {}), **_from_environment(environment)}
    return {
        command: {theirs: settings[key] for key, theirs in takes.items() if key in settings}
        for command, takes in COMMANDS.items()
    }


def _from_environment(environment: Mapping[str, str]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key, kind in KEYS.items():
        name = f"QUALMETRICS_{key.upper()}"
        if name in environment:
            found[key] = _typed(environment[name], kind, name)
    return found


def _from_file(folder: Path) -> dict[str, Any]:
    for place in (folder, *folder.parents):
        for name, path_to in (
            ("qualmetrics.toml", ()),
            ("pyproject.toml", ("tool", "qualmetrics")),
        ):
            path = place / name
            if path.is_file():
                table: Any = _read(path)
                for key in path_to:
                    table = table.get(key, None) if isinstance(table, dict) else None
                if table is not None:
                    return _checked(table, path)
    return {}


def _read(path: Path) -> dict[str, Any]:
    import tomllib

    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise InputError(f"cannot read the settings in {path}: {error}") from None


def _checked(table: Any, path: Path) -> dict[str, Any]:
    if not isinstance(table, dict):
        raise InputError(f"[tool.qualmetrics] in {path} must be a table")
    settings: dict[str, Any] = {}
    for written, value in table.items():
        key = written.replace("-", "_")
        if key not in KEYS:
            close = difflib.get_close_matches(key, KEYS, n=1, cutoff=0.5)
            hint = f" Did you mean {close[0]!r}?" if close else ""
            raise InputError(
                f"{path} sets {written!r}, which is no setting.{hint} There are: {', '.join(KEYS)}"
            )
        settings[key] = _typed(value, KEYS[key], f"{written!r} in {path}")
    return settings


_TRUE, _FALSE = ("1", "true", "yes", "on"), ("0", "false", "no", "off", "")


def _typed(value: Any, kind: type, where: str) -> Any:
    if kind is list:
        value = [value] if isinstance(value, str) else value
        if isinstance(value, list) and all(isinstance(item, str) for item in value):
            return value
        raise InputError(f"{where} must be a string or a list of strings; got {value!r}")
    if kind is not str and isinstance(value, str):
        value = _parsed(value, kind)
    if type(value) is not kind:
        raise InputError(f"{where} must be {_NAMES[kind]}; got {value!r}")
    return value


_NAMES = {str: "a string", bool: "true or false", int: "a whole number"}


def _parsed(value: str, kind: type) -> Any:
    if kind is int:
        return int(value) if value.strip().isdigit() else value
    word = value.strip().lower()
    return True if word in _TRUE else False if word in _FALSE else value
