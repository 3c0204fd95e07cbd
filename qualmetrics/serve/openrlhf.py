"""``/get_reward``: the remote reward of OpenRLHF.

A request holds ``query`` (prompt and answer as decoded, special tokens included), ``prompts`` and
``labels``; the answer ``rewards``, ``scores`` in [0, 1] for dynamic filtering, and ``extra_logs``.
Fields that are not known are passed over: each version sends others.
"""

from __future__ import annotations

import re
from typing import Any, Final

from qualmetrics.core import Scorer
from qualmetrics.serve.native import components
from qualmetrics.serve.reading import columns_field, listed, read_json
from qualmetrics.serve.service import Service, column, primary_column, reply
from qualmetrics.serve.tasks import Part

SPECIAL: Final = re.compile(
    r"<\|[A-Za-z0-9_/ -]{1,40}\|>|<｜[^｜<>]{1,40}｜>|</?s>|<(?:pad|bos|eos|unk)>"
    r"|<(?:start|end)_of_turn>|\[(?:PAD|UNK|CLS|SEP|MASK)\]|\[/?INST\]"
)
"""Special tokens of common chat models, as they stand in decoded text."""


async def get_reward(service: Service, request: Any) -> Any:
    """Reward answers, for OpenRLHF."""
    data = await read_json(request, service.settings)
    queries = listed(data, "query", required=True) or []
    prompts, labels = listed(data, "prompts"), listed(data, "labels")
    name = service.reward
    scorer = service.scorers[name]
    columns = columns_field(data)
    for key, cells in (("prompt", prompts), ("label", labels)):
        if cells is not None:
            columns.setdefault(key, cells)
    references = listed(data, "references")
    if references is None and "references" in scorer.needs:
        references = labels
    texts = _answers(queries, prompts) if service.settings.strip else queries
    parts = await service.score(request, (name,), texts, references, columns)
    undefined = service.settings.undefined
    rewards = _or_number(primary_column(parts[name], scorer), undefined)
    return reply(
        {
            "rewards": rewards,
            "scores": [_share(value, scorer) for value in rewards],
            "extra_logs": {
                key: _or_number(values, undefined)
                for key, values in _logs(parts[name], scorer).items()
            },
        }
    )


def _answers(queries: list[Any], prompts: list[Any] | None) -> list[Any]:
    """Return what was answered: without the prompt in front and without special tokens."""
    if prompts is None or len(prompts) != len(queries):
        return [_bare(query) for query in queries]
    return [_answer(query, prompt) for query, prompt in zip(queries, prompts, strict=True)]


def _answer(query: Any, prompt: Any) -> Any:
    if not isinstance(query, str) or not isinstance(prompt, str):
        return _bare(query)
    if query.startswith(prompt):
        return _bare(query[len(prompt) :])
    return _bare(query).removeprefix(_bare(prompt)).strip()


def _bare(text: Any) -> Any:
    return SPECIAL.sub("", text).strip() if isinstance(text, str) else text


def _or_number(values: list[float | None], undefined: float | None) -> list[float | None]:
    return [undefined if value is None else value for value in values]


def _share(value: float | None, scorer: Scorer) -> float | None:
    """Return a reward as a share of its bounds; cut to [0, 1] where it has none."""
    if value is None:
        return None
    least, most = scorer.spec.bounds
    if least is not None and most is not None and most > least:
        value = (value - least) / (most - least)
    return min(1.0, max(0.0, value))


def _logs(part: Part, scorer: Scorer) -> dict[str, list[float | None]]:
    """Return the main output of each component; the reward's other outputs where it has none."""
    inner = {
        child.spec.name: primary_column(part.children[child.spec.name], child)
        for child in components(scorer)
    }
    if inner:
        return inner
    others = [name for name in scorer.spec.outputs if name != scorer.spec.primary]
    return {name: column(part, scorer.spec.outputs.index(name)) for name in others}
