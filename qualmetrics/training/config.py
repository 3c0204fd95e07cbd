"""Settings of a training run: frozen dataclasses, from TOML or YAML; wrong keys are refused."""

from __future__ import annotations

import dataclasses
import difflib
import tomllib
import types
import typing
from collections.abc import Mapping
from pathlib import Path
from typing import Any, TypeVar

from qualmetrics.errors import InputError, MissingExtraError

T = TypeVar("T")


def read_config(path: str | Path) -> dict[str, Any]:
    """Return the tables of a ``.toml``, ``.yaml`` or ``.yml`` file as plain dictionaries.

    Raises
    ------
    InputError
        When it is missing, of another kind, or not well formed.
    MissingExtraError
        For YAML without PyYAML; TOML needs nothing.
    """
    file = Path(path)
    try:
        text = file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"settings {file} cannot be read: {error}") from error
    if file.suffix == ".toml":
        try:
            return tomllib.loads(text)
        except tomllib.TOMLDecodeError as error:
            raise InputError(f"{file} is no TOML: {error}") from error
    if file.suffix in (".yaml", ".yml"):
        return _yaml(text, file)
    raise InputError(f"settings {file} must be a .toml, .yaml or .yml file")


def _yaml(text: str, file: Path) -> dict[str, Any]:
    try:
        import yaml
    except ImportError:
        raise MissingExtraError("pyyaml", "fit", "reading settings from YAML") from None
    try:
        data = yaml.safe_load(text)
    except yaml.YAMLError as error:
        raise InputError(f"{file} is no YAML: {error}") from error
    if not isinstance(data, dict):
        raise InputError(f"{file} holds {type(data).__name__}, expected keys and values")
    return data


def build(kind: type[T], data: Mapping[str, Any], *, where: str = "settings") -> T:
    """Return a frozen dataclass of plain data; tables become the dataclasses of their fields.

    Raises
    ------
    InputError
        For a key that it does not have, with the close match, or a value of another type.
    """
    hints = typing.get_type_hints(kind)
    known = {item.name for item in dataclasses.fields(kind)}  # type: ignore[arg-type]
    for key in data:
        if key not in known:
            close = difflib.get_close_matches(str(key), known, n=1)
            hint = f"did you mean {close[0]!r}? " if close else ""
            raise InputError(f"{where} have no key {key!r}; {hint}keys: {', '.join(sorted(known))}")
    values = {key: _value(hints[key], value, f"{where}: {key}") for key, value in data.items()}
    return kind(**values)


def _value(hint: Any, value: Any, where: str) -> Any:
    options = typing.get_args(hint) if isinstance(hint, types.UnionType) else (hint,)
    if value is None and type(None) in options:
        return None
    for option in options:
        made = _as(option, value, where)
        if made is not _UNFIT:
            return made
    shown = getattr(hint, "__name__", str(hint))
    raise InputError(f"{where} must be {shown}; got {value!r}")


_UNFIT: Any = object()


def _as(hint: Any, value: Any, where: str) -> Any:
    origin = typing.get_origin(hint) or hint
    if dataclasses.is_dataclass(hint) and isinstance(hint, type):
        return build(hint, value, where=where) if isinstance(value, Mapping) else _UNFIT
    if origin is tuple:
        if not isinstance(value, (list, tuple)):
            return _UNFIT
        inner = typing.get_args(hint)[0]
        return tuple(_value(inner, item, where) for item in value)
    if origin is float and isinstance(value, (int, float)) and not isinstance(value, bool):
        return float(value)
    if origin is Any:
        return value
    if isinstance(value, bool) != (origin is bool):
        return _UNFIT
    return value if isinstance(origin, type) and isinstance(value, origin) else _UNFIT


def plain(config: Any) -> dict[str, Any]:
    """Return a configuration as JSON-able data; ``build`` reads it back."""
    return {key: _plain(value) for key, value in dataclasses.asdict(config).items()}


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(item) for item in value]
    return value


__all__ = ["build", "plain", "read_config"]
