"""``/get_reward``: the remote reward of OpenRLHF.

A request holds ``query`` (prompt and answer as decoded, special tokens included), ``prompts`` and
``labels``; the answer ``rewards``, ``scores`` in [0, 1] for dynamic filtering, and ``extra_logs``.
Fields that are not known are passed over: each version sends others.
"""

from __future__ import annotations

import re
from typing import Any, Final

from qualmetrics.core import Scorer
from qualmetrics.errors import InputError
from qualmetrics.serve.native import components
from qualmetrics.serve.reading import columns_field, listed, read_json
from qualmetrics.serve.refused import Refused
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
    given = listed(data, "references")
    fields = {"prompt": prompts, "prompts": prompts, "label": labels, "labels": labels}
    fields |= {"reference": given, "references": given, **columns_field(data)}
    name, config = service.reward, service.config
    scorer = service.scorers[name]
    texts = _answers(queries, prompts, service)
    source = "references" if config is None else config.source_of("references")
    references = fields.get(source)
    if references is None and "references" in scorer.needs:
        references = labels
    columns = {
        key: cells
        for key in scorer.spec.columns
        if (cells := fields.get(key if config is None else config.source_of(key))) is not None
    }
    parts = await service.score(request, (name,), texts, references, columns)
    undefined = service.settings.undefined
    rewards = _or_number(primary_column(parts[name], scorer), undefined)
    return reply(
        {
            "rewards": rewards,
            "scores": [_share(value, service) for value in rewards],
            "extra_logs": {
                key: _or_number(values, undefined)
                for key, values in _logs(parts[name], scorer).items()
            },
        }
    )


def _answers(queries: list[Any], prompts: list[Any] | None, service: Service) -> list[Any]:
    """Return what was answered, without the prompt in front and without special tokens.

    A configuration says what else is cut away.
    """
    beside = prompts if prompts and len(prompts) == len(queries) else [None] * len(queries)
    if not service.settings.strip:
        bare = list(queries)
    else:
        bare = [_answer(query, prompt) for query, prompt in zip(queries, beside, strict=True)]
    if service.config is None:
        return bare
    completion = service.config.completion
    try:
        return [completion.text(query, prompt) for query, prompt in zip(bare, beside, strict=True)]
    except InputError as error:
        raise Refused(422, str(error)) from None


def _answer(query: Any, prompt: Any) -> Any:
    if not isinstance(query, str):
        return query
    if isinstance(prompt, str):
        if query.startswith(prompt):
            return _bare(query[len(prompt) :])
        return _bare(query).removeprefix(_bare(prompt)).strip()
    return _bare(query)


def _bare(text: str) -> str:
    return SPECIAL.sub("", text).strip()


def _or_number(values: list[float | None], undefined: float | None) -> list[float | None]:
    return [undefined if value is None else value for value in values]


def _share(value: float | None, service: Service) -> float | None:
    """Return a reward on [0, 1]: by the configuration's scale, or by the scorer's bounds.

    A scorer without bounds says nothing of what 0 and 1 are; its value is cut to [0, 1].
    """
    if value is None:
        return None
    least, most = service.scorers[service.reward].spec.bounds
    if service.config is not None and service.config.scale is not None:
        least, most = service.config.scale
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
