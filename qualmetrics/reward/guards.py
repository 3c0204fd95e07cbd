"""Machinery: guards, which make a reward worth nothing on texts that no person would accept.

A guard maps a feature to [0, 1]: 1 for what ordinary answers look like, 0 for what only a game
looks like, straight in between, so that a policy is led back and not only cut off.
"""

from __future__ import annotations

from inspect import getdoc
from typing import Any

from qualmetrics.core import Scorer
from qualmetrics.errors import InputError
from qualmetrics.reward.beside import REFERENCES
from qualmetrics.reward.builder import as_scorer, as_whole, positive, with_node
from qualmetrics.reward.composition import minimum, product
from qualmetrics.reward.shaping import pick, range_map

REPETITION = (0.7, 0.45)
COPY = (0.95, 0.8)
UNCHANGED = (0.98, 0.9)
TOPIC = (0.1, 0.25)
ORDER = (0.75, 0.9)
FEW_FUNCTION_WORDS = (0.03, 0.12)
MANY_FUNCTION_WORDS = (0.75, 0.62)
"""Value of the feature at which a guard is 0, and at which it is 1.

Chosen on half of the prompts and titles of the data in docs/rewards-gaming.md, so that of ordinary
answers hardly one in fifty loses anything; the other half is what that table measures.
"""

TOPIC_TOKENS = 128
"""Of each text, head and tail: what it is about shows there, and it bounds the cost."""


def guarded(
    reward: Scorer,
    *,
    undefined: float | None,
    min_words: int = 8,
    copy_of: str | None = None,
    unchanged_from: str | None = None,
    topic_of: str | None = None,
    english: bool = True,
    encoder: Any = "minilm",
    name: str | None = None,
) -> Scorer:
    """A reward times the strictest of its guards, each 1 for ordinary text and 0 for a game.

    Always: a least length, no master key or placeholder, no loop. By the options: no copy, still
    on topic, words in an order that English allows. What each guard said of a row is in
    ``Scores.children["guards"].children``.

    Parameters
    ----------
    reward : Scorer
        With no value below 0; else a guard that closes would raise it.
    undefined : float or None
        What a row without a value is worth; None leaves it NaN. A blank text is such a row.
    min_words : int
        A text of so many words passes, one of half as many gets nothing.
    copy_of : str, optional
        ``references``, or a column (``prompt``): what must not be copied in long runs.
    unchanged_from : str, optional
        The same, for rewriting: parts may stay, but not the whole.
    topic_of : str, optional
        The same: what the text must be about, by the cosine of embeddings. The one guard that
        runs an encoder.
    english : bool
        Whether texts are English, whose word order and share of function words are then looked
        at; set it to False for other languages.
    encoder : name or folder of an encoder bundle
        For ``topic_of``.

    Raises
    ------
    InputError
        For a reward that may fall below 0.

    Examples
    --------
    >>> import qualmetrics as qm
    >>> from qualmetrics.reward.shaping import target_band
    >>> easy = target_band(qm.get("flesch_reading_ease"), target=90, undefined=None)
    >>> safe = guarded(easy, undefined=0.0)
    >>> safe(["We go. " * 30, "Solution"]).primary.tolist()
    [0.0, 0.0]
    """
    scorer = as_scorer("guarded", reward)
    low = scorer.spec.bounds[0]
    if low is None or low < 0:
        raise InputError(
            f"{scorer.spec.name} may fall below 0, where a closed guard would be a gain; map it "
            "first, with clip or range_map"
        )
    terms = _text_guards(positive("min_words", min_words), english=english)
    if copy_of is not None:
        terms["copying"] = _ramp("copy_fraction", COPY, column=_side(copy_of))
    if unchanged_from is not None:
        terms["unchanged"] = _ramp("edit_similarity", UNCHANGED, column=_side(unchanged_from))
    if topic_of is not None:
        terms["topic"] = _topic(topic_of, encoder)
    whole = product(
        {"reward": scorer, "guards": minimum(terms, undefined=None)}, undefined=undefined
    )
    made = as_whole(
        whole,
        name=name or "guarded",
        undefined=undefined,
        description=getdoc(guarded) or "",
        source="Own definition",
    )
    node: dict[str, Any] = {
        "use": "guarded", "reward": scorer, "min_words": int(min_words), "copy_of": copy_of,
        "unchanged_from": unchanged_from, "topic_of": topic_of, "english": english,
        "encoder": encoder, "undefined": undefined,
    }  # fmt: skip
    return with_node(made, node if name is None else {**node, "name": name})


def _text_guards(min_words: float, *, english: bool) -> dict[str, Scorer]:
    terms = {
        "length": _ramp("length", (min_words / 2, min_words)),
        "placeholder": _ramp("placeholder", (1.0, 0.0)),
        "repetition": _ramp("repetition", REPETITION),
    }
    if english:
        shares = _pick("word_order", "function_words")
        terms["word_order"] = _ramp("word_order", ORDER)
        terms["few_function_words"] = _mapped(shares, FEW_FUNCTION_WORDS)
        terms["many_function_words"] = _mapped(shares, MANY_FUNCTION_WORDS)
    return terms


def _topic(side: str, encoder: Any) -> Scorer:
    from qualmetrics.similarity.builder import as_encoder

    most = min(TOPIC_TOKENS, as_encoder(encoder).max_tokens)
    read = {"encoder": encoder, "policy": "head+tail", "max_tokens": most}
    if side == REFERENCES:
        return _ramp("embedding_cosine", TOPIC, **read)
    return _ramp("relevance", TOPIC, column=side, **read)


def _ramp(feature: str, ends: tuple[float, float], **parameters: Any) -> Scorer:
    from qualmetrics import registry

    return _mapped(registry.get(feature, **parameters), ends)


def _pick(feature: str, output: str) -> Scorer:
    from qualmetrics import registry

    return pick(registry.get(feature), output=output, undefined=None)


def _mapped(scorer: Scorer, ends: tuple[float, float]) -> Scorer:
    return range_map(scorer, low=ends[0], high=ends[1], undefined=None)


def _side(name: str) -> str:
    """Return what features call the references."""
    return "reference" if name == REFERENCES else name
