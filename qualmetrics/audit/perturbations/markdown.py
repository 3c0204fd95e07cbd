"""Markdown on and off, by rule: the marks change, the words stay."""

from __future__ import annotations

from typing import Final

from qualmetrics.audit.perturbations.draft import Draft, Perturbation, Rng
from qualmetrics.audit.styles import add_markdown, strip_markdown


def _on(draft: Draft, rng: Rng) -> str:
    del rng
    if strip_markdown(draft.text) != draft.text:
        return draft.text
    return add_markdown(draft.text, lang=draft.lang)


def _off(draft: Draft, rng: Rng) -> str:
    del rng
    return strip_markdown(draft.text)


PERTURBATIONS: Final = (
    Perturbation("markdown_on", "invariant", "a heading, bullets, and beginnings in bold", _on),
    Perturbation("markdown_off", "invariant", "the marks of Markdown go", _off),
)
