"""``/get_reward``: the remote reward of OpenRLHF.

A request holds ``query`` (prompt and answer as decoded, special tokens included), ``prompts`` and
``labels``; the answer ``rewards``, ``scores`` in [0, 1] for dynamic filtering, and ``extra_logs``.
Fields that are not known are passed over: each version sends others.
"""

from __future__ import annotations

from typing import Any

from qualmetrics.core import Scorer, Status
from qualmetrics.errors import InputError
from qualmetrics.planner import children
from qualmetrics.reward.config import limits_of, share
from qualmetrics.reward.rows import answer_in, component_names, read_by
from qualmetrics.serve.reading import columns_field, listed, read_json
from qualmetrics.serve.refused import Refused
from qualmetrics.serve.service import Service, column, primary_column, reply
from qualmetrics.serve.tasks import Part


async def get_reward(service: Service, request: Any) -> Any:
    """Reward answers, for OpenRLHF."""
    data = await read_json(request, service.settings)
    queries = listed(data, "query", required=True) or []
    prompts, labels = listed(data, "prompts"), listed(data, "labels")
    given = listed(data, "references")
    references = labels if given is None else given
    fields = {"prompt": prompts, "prompts": prompts, "label": labels, "labels": labels}
    fields |= {"reference": references, "references": references, **columns_field(data)}
    name, config = service.reward, service.config
    scorer = service.scorers[name]
    there = {key: cells for key, cells in fields.items() if cells is not None}
    against, columns = read_by(scorer, there, config)
    texts = _answers(queries, prompts, service)
    parts = await service.score(request, (name,), texts, against, columns)
    undefined = service.settings.undefined
    if undefined is None and config is not None:
        undefined = config.undefined
    rewards = _or_number(primary_column(parts[name], scorer), undefined)
    if config is not None:
        rewards = _with_errors(rewards, parts[name], config.on_error)
    limits = limits_of(scorer, None if config is None else config.scale)
    return reply(
        {
            "rewards": rewards,
            "scores": [None if value is None else share(value, limits) for value in rewards],
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
        bare = [answer_in(query, prompt) for query, prompt in zip(queries, beside, strict=True)]
    if service.config is None:
        return bare
    completion = service.config.completion
    try:
        return [completion.text(query, prompt) for query, prompt in zip(bare, beside, strict=True)]
    except InputError as error:
        raise Refused(422, str(error)) from None


def _or_number(values: list[float | None], undefined: float | None) -> list[float | None]:
    return [undefined if value is None else value for value in values]


def _with_errors(rewards: list[float | None], part: Part, on_error: str) -> list[float | None]:
    """Return the rewards with what a row is worth on which scoring failed."""
    failed = [bool(code & Status.ERROR) for code in part.status]
    if on_error == "raise" and any(failed):
        raise Refused(500, f"scoring failed on row {failed.index(True)}; the log says why")
    if on_error == "zero":
        return [0.0 if bad else value for bad, value in zip(failed, rewards, strict=True)]
    return rewards


def _logs(part: Part, scorer: Scorer) -> dict[str, list[float | None]]:
    """Return the main output of each component; the reward's other outputs where it has none."""
    inner = {child.spec.name: child for child in children(scorer)}
    return {
        name: primary_column(part.children[name], inner[name])
        if name in inner
        else column(part, scorer.spec.outputs.index(name))
        for name in component_names(scorer)
    }
