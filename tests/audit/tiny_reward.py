"""Tiny Hugging Face reward models with random weights: one that encodes, one that decodes."""

from __future__ import annotations

from pathlib import Path
from typing import Any

LETTERS = "abcdefghijklmnopqrstuvwxyz0123456789.,!?:;'\"()-#*_<>|/ \n"
CHAT = "{% for m in messages %}<|{{ m['role'] }}|>{{ m['content'] }}{{ eos_token }}{% endfor %}"


def write(folder: Path, kind: str = "Bert", *, chat: bool = False, **changes: Any) -> Path:
    """Write a folder as ``save_pretrained`` does; letters are the tokens."""
    import tokenizers
    import torch
    import transformers
    from tokenizers import pre_tokenizers, processors

    torch.manual_seed(0)
    special = ["[PAD]", "[UNK]", "[CLS]", "[SEP]"]
    pieces = {piece: i for i, piece in enumerate([*special, *LETTERS])}
    sizes = {
        "vocab_size": len(pieces), "hidden_size": 16, "num_hidden_layers": 2,
        "num_attention_heads": 2, "intermediate_size": 32, "max_position_embeddings": 512,
        "num_labels": 1, "pad_token_id": 0,
    }  # fmt: skip
    config = getattr(transformers, f"{kind}Config")(**{**sizes, **changes})
    model = getattr(transformers, f"{kind}ForSequenceClassification")(config)
    model.save_pretrained(folder, safe_serialization=True)
    made = tokenizers.Tokenizer(tokenizers.models.WordLevel(pieces, unk_token=special[1]))
    made.pre_tokenizer = pre_tokenizers.Split("", "isolated")
    if kind == "Bert":
        made.post_processor = processors.TemplateProcessing(
            single="[CLS] $A [SEP]", pair="[CLS] $A [SEP] $B:1 [SEP]:1",
            special_tokens=[("[CLS]", 2), ("[SEP]", 3)],
        )  # fmt: skip
    pad = {"pad_token": "[PAD]"} if kind == "Bert" else {"eos_token": "[SEP]"}
    wrapped = transformers.PreTrainedTokenizerFast(
        tokenizer_object=made, unk_token=special[1], **pad
    )
    if chat:
        wrapped.chat_template = CHAT
    wrapped.save_pretrained(folder)
    return folder
