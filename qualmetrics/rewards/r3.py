"""R3: relevance, rewarded only together with length and variety."""

from __future__ import annotations

from typing import Final

from qualmetrics import registry
from qualmetrics.core import Scorer
from qualmetrics.errors import InputError
from qualmetrics.reward.composition import product
from qualmetrics.reward.guards import guarded as with_guards
from qualmetrics.reward.length_curves import unit_increase
from qualmetrics.reward.preset import preset
from qualmetrics.reward.shaping import clip, pick, range_map

EXAMPLE: Final[dict[str, float]] = {}

BLIND_TO: Final = ("shuffled_reference", "shuffled_answer", "word_salad", "copied_prompt")

KINDS: Final = ("open", "closed")

UNIT_WORDS: Final = 100.0
"""Words that are worth 1."""

SOURCE: Final = (
    "R3 (naver-ai): relevance (Contriever) x words / 100 x distinct share of trigrams for open "
    "prompts, closeness to a reference x distinct share for closed ones; here with our encoder, "
    "whose cosines need no rescaling between the two"
)


def r3(
    *,
    undefined: float | None,
    kind: str = "open",
    cap: float | None = None,
    guarded: bool = False,
    prompt: str = "prompt",
    encoder: str = "minilm",
) -> Scorer:
    """Reward an answer for being about its prompt, long and without repetition (regularised).

    Open prompts: cosine with the prompt x words / 100 x distinct trigrams / trigrams. Closed ones,
    with ``kind="closed"``: cosine with the reference x distinct trigrams / trigrams.

    The published length incentive has no end, and **a copied prompt is perfectly relevant**: with
    relevance alone the paper saw 40 % of answers copy the question. With ``guarded`` the length
    counts up to 100 words, and copies, word salads, loops and other topics are worth 0.

    Parameters
    ----------
    undefined : float or None
        What a row without a value is worth; None leaves it NaN.
    kind : {"open", "closed"}
    cap : float, optional
        Where the length incentive ends, in units of 100 words; 1 with ``guarded``.
    guarded : bool
    prompt : str
        The column that holds the prompts.
    encoder : name or folder of an encoder bundle

    Raises
    ------
    InputError
    """
    if kind not in KINDS:
        raise InputError(f"kind {kind!r} is not one of {', '.join(KINDS)}")
    if kind == "closed" and cap is not None:
        raise InputError("a closed prompt has no length incentive to be capped")
    most = 1.0 if guarded and cap is None else cap
    terms = {"variety": _variety()}
    if kind == "open":
        close = registry.get("relevance", column=prompt, encoder=encoder)
        length = unit_increase(registry.get("length"), unit=UNIT_WORDS, cap=most, undefined=None)
        terms = {"relevance": close, "length": length, **terms}
    else:
        terms = {"closeness": registry.get("embedding_cosine", encoder=encoder), **terms}
    if guarded:
        first = next(iter(terms))
        terms[first] = clip(terms[first], low=0, high=1, undefined=None)
    inner = product(terms, undefined=None)
    if guarded:
        inner = with_guards(inner, undefined=None, copy_of=prompt, topic_of=prompt, encoder=encoder)
    arguments = {
        "kind": kind,
        "cap": cap,
        "guarded": guarded or None,
        "prompt": prompt,
        "encoder": encoder,
    }
    return preset(
        r3,
        inner,
        undefined=undefined,
        arguments=arguments,
        source=SOURCE,
        tier="secondary",
        parameters={"guarded": True} if guarded else {},
    )


def _variety() -> Scorer:
    """Return distinct / all trigrams; 1 for a text too short to have one."""
    repeated = pick(registry.get("repetition", n=(3,)), output="rep_3", undefined=None)
    return range_map(repeated, low=1, high=0, undefined=None)
