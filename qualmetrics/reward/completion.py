"""Machinery: what of a model's output is scored. Trainers hand over strings, or messages, or parts.

Everything that is cut away is declared; nothing is guessed from the text.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from qualmetrics.errors import InputError

MESSAGES = ("last_assistant", "all_assistant")


@dataclass(frozen=True, slots=True)
class Completion:
    """How the scored text is taken out of a completion.

    ``messages`` says which of several messages count: the last of the assistant with text, or all
    of the assistant's, joined by blank lines; tool results and calls never count. ``strip_think``
    leaves out everything up to the last end of a thought (``think`` holds its two marks), and a
    thought that never ends leaves nothing. ``answer`` are two marks around what counts, where they
    are there. ``special_tokens`` are removed wherever they stand. ``strip_prompt`` removes the
    prompt from the beginning, for trainers that hand over both in one string.
    ``max_characters`` is how far a longer text is read.
    """

    messages: str = "last_assistant"
    strip_think: bool = False
    think: tuple[str, str] = ("<think>", "</think>")
    answer: tuple[str, str] | None = None
    special_tokens: tuple[str, ...] = ()
    strip_prompt: bool = False
    max_characters: int = 200_000

    def __post_init__(self) -> None:
        if self.messages not in MESSAGES:
            raise InputError(
                f"completion.messages {self.messages!r} is not one of {', '.join(MESSAGES)}"
            )
        for name, marks in (("think", self.think), ("answer", self.answer)):
            if marks is not None and not _are_marks(marks):
                raise InputError(f"completion.{name} must hold two marks; got {marks!r}")
        if isinstance(self.special_tokens, str) or not all(
            isinstance(token, str) and token for token in self.special_tokens
        ):
            raise InputError(
                f"completion.special_tokens must hold strings; got {self.special_tokens!r}"
            )
        for name in ("strip_think", "strip_prompt"):
            if not isinstance(getattr(self, name), bool):
                raise InputError(f"completion.{name} must be true or false")
        if not isinstance(self.max_characters, int) or self.max_characters < 1:
            raise InputError("completion.max_characters must be a whole number from 1")

    def text(self, completion: Any, prompt: Any = None) -> str | None:
        """Return the scored text; None where there is no completion.

        Parameters
        ----------
        completion : str, message, list of messages or None
            A message is a mapping with ``content``: a string, parts, or None.
        prompt : the same, optional
            For ``strip_prompt``.
        """
        text = self._joined(completion)
        if text is None:
            return None
        if self.strip_prompt and prompt is not None:
            start = plain(prompt)
            if start and text.startswith(start):
                text = text[len(start) :]
        for token in self.special_tokens:
            text = text.replace(token, "")
        if self.strip_think:
            text = self._after_thought(text)
        if self.answer is not None:
            text = self._answer(text)
        return text[: self.max_characters]

    def _joined(self, completion: Any) -> str | None:
        if completion is None or isinstance(completion, str):
            return completion
        if isinstance(completion, Mapping):
            return _content(completion)
        if not isinstance(completion, Sequence):
            raise InputError(
                f"a completion is a string, messages or None; got {type(completion).__name__}"
            )
        if completion and all(isinstance(item, str) for item in completion):
            return "\n\n".join(completion)
        mine = [
            text
            for message in completion
            if isinstance(message, Mapping) and message.get("role", "assistant") == "assistant"
            if (text := _content(message))
        ]
        if not mine:
            return None if not completion else ""
        return mine[-1] if self.messages == "last_assistant" else "\n\n".join(mine)

    def _after_thought(self, text: str) -> str:
        start, end = self.think
        _, found, rest = text.rpartition(end)
        if found:
            return rest.lstrip()
        # A chat template may have written the opening mark itself, into the prompt; without an
        # end there is then no way to tell a thought from an answer, and it is taken for one.
        return text.partition(start)[0].rstrip() if start in text else text

    def _answer(self, text: str) -> str:
        start, end = self.answer or ("", "")
        _, found, rest = text.rpartition(start)
        return rest.partition(end)[0].strip() if found else text


def plain(value: Any) -> str:
    """Return a prompt as one string: its own, or the contents of its messages by blank lines."""
    if value is None or isinstance(value, str):
        return value or ""
    if isinstance(value, Mapping):
        return _content(value) or ""
    if not isinstance(value, Sequence):
        raise InputError(f"a prompt is a string or messages; got {type(value).__name__}")
    return "\n\n".join(part for item in value if (part := plain(item)))


def last_user(value: Any) -> str:
    """Return what was asked: a string, or the content of the last message of the user."""
    if isinstance(value, (str, Mapping)) or value is None:
        return plain(value)
    asked = [
        item for item in value if isinstance(item, Mapping) and item.get("role", "user") == "user"
    ]
    return plain(asked[-1]) if asked else plain(value)


def _content(message: Mapping[str, Any]) -> str | None:
    content = message.get("content")
    if content is None or isinstance(content, str):
        return content
    if isinstance(content, Mapping):
        content = [content]
    if not isinstance(content, Sequence):
        raise InputError(
            f"the content of a message is a string or parts; got {type(content).__name__}"
        )
    texts = []
    for part in content:
        if isinstance(part, str):
            texts.append(part)
        elif isinstance(part, Mapping) and isinstance(part.get("text"), str):
            texts.append(part["text"])  # images and tool calls are no text
    return "".join(texts)


def _are_marks(marks: Any) -> bool:
    return (
        isinstance(marks, tuple)
        and len(marks) == 2
        and all(isinstance(mark, str) and mark for mark in marks)
    )
