"""Machinery: one file describes a reward for Python, the command line, the server and trainers.

::

    format: qualmetrics-reward/1
    name: easy_answers
    undefined: null          # what a text without a value is worth: a number, or null for "none"
    reward:                  # a tree of {use: NAME, parameters...}; see docs/rewards.md
      use: weighted_mean
      terms:
        ease: {use: target_band, of: flesch_reading_ease, target: level}
        meaning: {use: embedding_cosine}
      weights: {ease: 1, meaning: 2}
    columns:                 # which field of the data set is what the reward reads (optional)
      references: answer
      level: target_level
    completion:              # what of the model's output is scored (optional)
      strip_think: true
    on_error: none           # none, zero or raise (optional)
    scale: [0, 1]            # what is 0 and what is 1 where a trainer wants [0, 1] (optional)

YAML (extra ``reward``), TOML and JSON say the same; TOML has no null, so it writes
``undefined = "none"``. Unknown keys are refused with the close match. The digest of what the file
says, not of how it is written, is in the reward's signature.
"""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from typing import Any

from qualmetrics.core import Recipe, Scorer
from qualmetrics.errors import InputError, MissingExtraError
from qualmetrics.reward.builder import as_whole, from_node, unknown_key, worth
from qualmetrics.reward.completion import Completion

FORMAT = "qualmetrics-reward/1"
ON_ERROR = ("none", "zero", "raise")
MAX_BYTES = 1_000_000
KEYS = (
    "format", "name", "undefined", "reward", "columns", "completion", "on_error", "scale",
    "description",
)  # fmt: skip


@dataclass(frozen=True)
class RewardConfig:
    """A reward, and how a trainer's rows become what it reads.

    ``columns`` maps what the reward reads (``references``, or a column's name) to the field of the
    data set that holds it; what is not named has the field of its own name. ``scale`` says which
    raw values are 0 and 1 where a number in [0, 1] is asked for.
    """

    name: str
    scorer: Scorer
    undefined: float | None
    columns: Mapping[str, str] = field(default_factory=dict)
    completion: Completion = field(default_factory=Completion)
    on_error: str = "none"
    scale: tuple[float, float] | None = None
    description: str = ""
    data: Mapping[str, Any] = field(default_factory=dict, repr=False)
    """What the file says, as plain data."""

    @property
    def digest(self) -> str:
        """First ten hexadecimal digits of the SHA-256 of what the file says."""
        return digest(self.data)

    @property
    def signature(self) -> str:
        """That of the scorer; the digest is in it."""
        return self.scorer.signature

    def source_of(self, name: str) -> str:
        """Return the field of the data set that holds ``references`` or a column."""
        default = "reference" if name == "references" else name
        return self.columns.get(name, default)

    def unit(self, value: float) -> float:
        """Return a value on [0, 1], by ``scale`` or else by the reward's own bounds.

        Raises
        ------
        InputError
            When neither says what 0 and 1 are.
        """
        return share(value, self.limits())

    def limits(self) -> tuple[float, float]:
        """Return which raw values are 0 and 1."""
        found = limits_of(self.scorer, self.scale)
        if found is None:
            raise InputError(
                f"{self.name} has no bounds, so nothing says what 0 and 1 are; "
                "add for example scale: [-1, 1] to its configuration"
            )
        return found

    def __reduce__(self) -> tuple[Any, ...]:
        if self.data:
            return config_of, (dict(self.data),)
        return RewardConfig, tuple(getattr(self, item.name) for item in fields(self))


def limits_of(
    scorer: Scorer, scale: tuple[float, float] | None = None
) -> tuple[float, float] | None:
    """Return which values are 0 and 1: ``scale``, or a scorer's bounds; None where it has none."""
    if scale is not None:
        return scale
    low, high = scorer.spec.bounds
    return None if low is None or high is None or low >= high else (low, high)


def share(value: float, limits: tuple[float, float] | None) -> float:
    """Return a value on [0, 1] between two limits; without limits it is only cut to [0, 1]."""
    if limits is not None:
        low, high = limits
        value = (value - low) / (high - low)
    return min(max(value, 0.0), 1.0)


def digest(data: Mapping[str, Any]) -> str:
    """Return the digest of what a configuration says.

    Neither the order of keys counts, nor spacing, nor whether a number is written 60 or 60.0.
    """
    text = json.dumps(
        _canonical(data), sort_keys=True, separators=(",", ":"), ensure_ascii=True, default=str
    )
    return hashlib.sha256(text.encode("ascii")).hexdigest()[:10]


def _canonical(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {key: _canonical(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_canonical(item) for item in value]
    return int(value) if isinstance(value, float) and value.is_integer() else value


def load_reward(source: str | Path | Mapping[str, Any]) -> RewardConfig:
    """Return the reward of a configuration: a ``.yaml``, ``.toml`` or ``.json`` file, or a mapping.

    Raises
    ------
    InputError
        For a file that cannot be read, an unknown key (with the close match), or one that is
        missing or of a wrong type.
    MissingExtraError
        For YAML without a YAML reader.
    """
    if isinstance(source, Mapping):
        return config_of(source)
    path = Path(source)
    return config_of(_read(path), str(path))


def config_of(data: Mapping[str, Any], where: str = "the configuration") -> RewardConfig:
    """Return the reward that plain data describes; see the module."""
    for key in data:
        if key not in KEYS:
            raise InputError(unknown_key(key, KEYS, where))
    for key in ("name", "undefined", "reward"):
        if key not in data:
            hint = (
                ": a number, or null (none in TOML) to leave it out" if key == "undefined" else ""
            )
            raise InputError(f"{where} needs {key!r}{hint}")
    if data.get("format", FORMAT) != FORMAT:
        raise InputError(f"{where} has format {data['format']!r}; this version reads {FORMAT}")
    name = data["name"]
    if not isinstance(name, str) or not name.isidentifier():
        raise InputError(f"{where}: name must be letters, digits and _; got {name!r}")
    undefined = None if data["undefined"] == "none" else data["undefined"]
    if isinstance(undefined, float) and math.isnan(undefined):
        raise InputError(f"{where}: undefined is NaN; to leave such rows NaN write null")
    if undefined is not None:
        undefined = worth(undefined)
    plain = {**data, "undefined": undefined}
    scorer = _scorer(name, undefined, plain)
    columns = _columns(data.get("columns"), scorer, where)
    on_error = data.get("on_error", "none")
    if on_error not in ON_ERROR:
        raise InputError(f"{where}: on_error {on_error!r} is not one of {', '.join(ON_ERROR)}")
    return RewardConfig(
        name=name,
        scorer=scorer,
        undefined=undefined,
        columns=columns,
        completion=_completion(data.get("completion"), where),
        on_error=on_error,
        scale=_scale(data.get("scale"), where),
        description=str(data.get("description", "")),
        data=plain,
    )


def scorer_of(config: Mapping[str, Any]) -> Scorer:
    """Return the scorer of a configuration: the recipe of what ``load_reward`` made."""
    return config_of(config).scorer


def _scorer(name: str, undefined: float | None, plain: Mapping[str, Any]) -> Scorer:
    inner = from_node(plain["reward"])
    parameters = {**inner.spec.parameters, "config": digest(plain)}
    made = as_whole(inner, name=name, undefined=undefined, parameters=parameters)
    recipe = Recipe("qualmetrics.reward.config:scorer_of", {"config": plain}, made.signature)
    return replace(made, recipe=recipe)


def _columns(given: Any, scorer: Scorer, where: str) -> dict[str, str]:
    if given is None:
        return {}
    needs = sorted(scorer.needs)
    if not isinstance(given, Mapping):
        raise InputError(f"{where}: columns must map what is read to fields; got {given!r}")
    for key, value in given.items():
        if key not in needs:
            raise InputError(unknown_key(key, needs, f"{where}: columns"))
        if not isinstance(value, str):
            raise InputError(f"{where}: columns.{key} must name a field; got {value!r}")
    return dict(given)


def _completion(given: Any, where: str) -> Completion:
    if given is None:
        return Completion()
    known = [item.name for item in fields(Completion)]
    if not isinstance(given, Mapping):
        raise InputError(f"{where}: completion must be a mapping; got {given!r}")
    for key in given:
        if key not in known:
            raise InputError(unknown_key(key, known, f"{where}: completion"))
    settings: dict[str, Any] = {k: tuple(v) if isinstance(v, list) else v for k, v in given.items()}
    return Completion(**settings)


def _scale(given: Any, where: str) -> tuple[float, float] | None:
    if given is None:
        return None
    numbers = isinstance(given, (list, tuple)) and all(
        isinstance(end, (int, float)) and not isinstance(end, bool) and math.isfinite(end)
        for end in given
    )
    if not numbers or len(given) != 2 or given[0] >= given[1]:
        raise InputError(
            f"{where}: scale must be two rising numbers, such as [0, 1]; got {given!r}"
        )
    return float(given[0]), float(given[1])


# -- files ----------------------------------------------------------------------------------------


def _read(path: Path) -> Mapping[str, Any]:
    try:
        if path.stat().st_size > MAX_BYTES:
            raise InputError(f"{path} is larger than {MAX_BYTES} bytes")
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or error
        raise InputError(f"cannot read {path}: {reason}") from None
    try:
        data = _parse(text, path.suffix.lower(), path)
    except ValueError as error:
        if isinstance(error, InputError):
            raise
        raise InputError(f"{path} cannot be read: {error}") from None
    if not isinstance(data, Mapping):
        raise InputError(f"{path} must hold a mapping with name, undefined and reward")
    return data


def _parse(text: str, suffix: str, path: Path) -> Any:
    if suffix == ".toml":
        import tomllib

        return tomllib.loads(text)
    if suffix == ".json":
        return json.loads(text, object_pairs_hook=_once)
    if suffix not in (".yaml", ".yml"):
        raise InputError(f"{path} must end in .yaml, .toml or .json")
    try:
        import yaml
    except ImportError:
        raise MissingExtraError("pyyaml", "reward", "reading a reward from YAML") from None
    try:
        return yaml.load(text, Loader=_loader(yaml))  # noqa: S506 - made from SafeLoader
    except yaml.YAMLError as error:
        raise InputError(f"{path} is no YAML: {error}") from None


def _loader(yaml: Any) -> Any:
    """Return a safe loader that refuses a key that stands twice: the second would win unseen."""

    def mapping(loader: Any, node: Any) -> dict[str, Any]:
        loader.flatten_mapping(node)
        return _once(loader.construct_pairs(node, deep=True))

    loader: Any = type("_Loader", (yaml.SafeLoader,), {})
    loader.add_constructor(yaml.resolver.BaseResolver.DEFAULT_MAPPING_TAG, mapping)
    return loader


def _once(pairs: Any) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key, value in pairs:
        if key in found:
            raise InputError(f"the key {key!r} stands twice in one mapping")
        found[key] = value
    return found
