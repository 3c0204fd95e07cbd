"""A local Hugging Face reward model as a function of texts and prompts, for an audit.

Nothing is downloaded, no code of the folder is run, and weights are read from safetensors only.
Texts of one length in tokens go through together, without padding, so that a value does not depend
on what else is scored.
"""

from __future__ import annotations

import hashlib
import inspect
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from qualmetrics.errors import BundleError, MissingExtraError
from qualmetrics.reward.completion import plain
from qualmetrics.training.export_encoder import quiet
from qualmetrics.training.loop import torch_library

INPUTS = ("input_ids", "token_type_ids")
TOKENS = 8192
"""Tokens that go through at a time."""
MOST_TOKENS = 1_000_000
"""A longer limit of a tokenizer stands for none."""


@dataclass(frozen=True, eq=False)
class RewardModel:
    """A sequence classifier with one output: prompt and answer -> a number."""

    name: str
    signature: str
    tokenizer: Any = field(repr=False)
    model: Any = field(repr=False)
    takes: frozenset[str]
    """Names of what its model reads, such as ``token_type_ids``."""
    limit: int
    """Tokens that it reads; longer answers are cut at the end and have the status *truncated*."""

    def __call__(
        self, texts: Sequence[str], prompts: Sequence[Any] | None = None
    ) -> tuple[NDArray[np.float64], list[str]]:
        """Score answers.

        Parameters
        ----------
        texts : sequence of str, length n
        prompts : sequence of length n, optional
            A string, or messages; where the tokenizer has a chat template it is applied, else the
            prompt is the first of two segments.

        Returns
        -------
        values : array (n,)
            NaN where nothing is left to read.
        status : list of str
            ``ok``, ``truncated`` or ``empty``.
        """
        asked = [None] * len(texts) if prompts is None else prompts
        several = [self._encoded(text, prompt) for text, prompt in zip(texts, asked, strict=True)]
        sizes = [len(one["input_ids"]) for one in several]
        values = np.full(len(texts), np.nan)
        for index in _batches([min(n, self.limit) for n in sizes]):
            values[index] = self._run([several[i] for i in index])
        status = ["empty" if not n else "truncated" if n > self.limit else "ok" for n in sizes]
        return values, status

    def _encoded(self, text: str, prompt: Any) -> Mapping[str, list[int]]:
        if prompt and getattr(self.tokenizer, "chat_template", None):
            asked = [{"role": "user", "content": prompt}] if isinstance(prompt, str) else prompt
            said = [*asked, {"role": "assistant", "content": text}]
            whole = self.tokenizer.apply_chat_template(said, tokenize=False)
            made = self.tokenizer(whole, add_special_tokens=False)
        elif prompt:
            made = self.tokenizer(plain(prompt), text)
        else:
            made = self.tokenizer(text)
        return {name: made[name] for name in INPUTS if name in made and name in self.takes}

    def _run(self, several: Sequence[Mapping[str, list[int]]]) -> NDArray[np.float64]:
        torch = torch_library()
        given = {
            name: torch.tensor(
                [one[name][: self.limit] for one in several],
                dtype=torch.long,
                device=self.model.device,
            )
            for name in several[0]
        }
        with torch.inference_mode():
            found = self.model(attention_mask=torch.ones_like(given["input_ids"]), **given).logits
        values: NDArray[np.float64] = found.float().cpu().numpy().astype(np.float64)[:, 0]
        return values


def _batches(lengths: Sequence[int]) -> Iterator[list[int]]:
    """Yield positions of texts of one length, so many at a time as the budget allows."""
    by_length: dict[int, list[int]] = {}
    for i, n in enumerate(lengths):
        if n:
            by_length.setdefault(n, []).append(i)
    for n, index in sorted(by_length.items()):
        step = max(1, TOKENS // n)
        for start in range(0, len(index), step):
            yield index[start : start + step]


def load_reward_model(folder: str | Path) -> RewardModel:
    """Read a sequence classifier with one output from a local folder.

    Parameters
    ----------
    folder : path
        With ``config.json``, ``*.safetensors`` and a tokenizer, as ``save_pretrained`` writes them.

    Raises
    ------
    BundleError
        When the folder or a file is missing, the weights are no safetensors, the model needs code
        of its own, or has more than one output.
    MissingExtraError
        Without torch and transformers (the extra ``train``).
    """
    path = Path(folder)
    config = _config(path)
    torch_library()
    try:
        import transformers
    except ImportError:
        raise MissingExtraError("transformers", "train", "a Hugging Face reward model") from None
    local = {"local_files_only": True, "trust_remote_code": False}
    try:
        with quiet(transformers):
            tokenizer = transformers.AutoTokenizer.from_pretrained(path, **local)
            model, loaded = transformers.AutoModelForSequenceClassification.from_pretrained(
                path, use_safetensors=True, output_loading_info=True, **local
            )
    except Exception as error:  # tokenizers and safetensors raise types of their own
        raise BundleError(f"{path} cannot be read as a reward model: {error}") from error
    if loaded["missing_keys"]:
        lacking = ", ".join(sorted(loaded["missing_keys"])[:3])
        raise BundleError(f"{path} is no reward model: it has no weights for {lacking}")
    model.eval()
    if model.config.num_labels != 1:
        raise BundleError(
            f"{path} has {model.config.num_labels} outputs, and a reward model has one. Wrap it in "
            "a function texts -> numbers that says which one counts, and audit module:function"
        )
    tokenizer.padding_side = "right"
    if tokenizer.pad_token_id is None:
        tokenizer.pad_token = tokenizer.eos_token or tokenizer.unk_token
    # A decoder looks for the last token that is no padding; nothing is padded here, but it asks.
    model.config.pad_token_id = tokenizer.pad_token_id
    name = path.resolve().name
    signature = f"hf:{name}|weights:{_digest(path)}|max_tokens:{_limit(config, tokenizer)}"
    takes = frozenset(inspect.signature(model.forward).parameters)
    return RewardModel(name, signature, tokenizer, model, takes, _limit(config, tokenizer))


def _config(path: Path) -> Mapping[str, Any]:
    if not path.is_dir():
        raise BundleError(f"no folder {str(path)!r}: hf: takes a local folder, nothing is fetched")
    try:
        config = json.loads((path / "config.json").read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise BundleError(f"{path} has no config.json that can be read: {error}") from None
    if not isinstance(config, dict):
        raise BundleError(f"{path}/config.json holds no object")
    if config.get("auto_map"):
        raise BundleError(
            f"{path} needs Python code of its own (auto_map), which is not run. Load it yourself, "
            "and audit a function texts -> numbers as module:function"
        )
    if not any(path.glob("*.safetensors")):
        raise BundleError(
            f"{path} has no weights in safetensors; other formats can run code when they are read. "
            "Write it again with model.save_pretrained(folder, safe_serialization=True)"
        )
    return config


def _limit(config: Mapping[str, Any], tokenizer: Any) -> int:
    """Return how many tokens it reads: what the model has places for, or the tokenizer's limit."""
    known = [config.get("max_position_embeddings"), tokenizer.model_max_length]
    return min((int(n) for n in known if n and 0 < n < MOST_TOKENS), default=MOST_TOKENS)


def _digest(path: Path) -> str:
    digest = hashlib.sha256()
    for file in sorted([path / "config.json", *path.glob("*.safetensors")]):
        with file.open("rb") as stream:
            while block := stream.read(1 << 20):
                digest.update(block)
    return digest.hexdigest()[:8]


__all__ = ["RewardModel", "load_reward_model"]
