"""TRL's own trainers on a CPU, a tiny random model and our rewards: what they log, and who learns.

No network: the model is made from a configuration, the tokenizer from a list of words.

    pip install torch trl datasets 'qualmetrics[reward]'
    python benchmarks/trl_grpo.py
"""

from __future__ import annotations

import argparse
import json
import math
import tempfile
from importlib.metadata import version
from pathlib import Path
from typing import Any

from qualmetrics.adapters import trl as adapter

PAD, END, UNKNOWN = "<pad>", "<eos>", "<unk>"
EASY = "the cat sat on a mat and ran to dog in sun".split()
HARD = (
    "consequently administrative deliberations necessitate interdepartmental considerations".split()
)
REWARD = {
    "name": "easy_words",
    "undefined": None,
    "reward": {
        "use": "weighted_mean",
        "terms": {
            "ease": {"use": "target_band", "of": "flesch_reading_ease", "target": "level"},
            "copied": {"use": "copy_fraction"},
        },
        "weights": {"ease": 1, "copied": 0.1},
    },
}
KEPT = {"name": "kept", "undefined": None, "reward": {"use": "edit_similarity"}}
CHAT = (
    "{% for m in messages %}{{ m['role'] + ' ' + m['content'] + ' ' }}{% endfor %}"
    "{% if add_generation_prompt %}assistant {% endif %}"
)


def tokenizer() -> Any:
    """Return a tokenizer that knows the words above."""
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers
    from transformers import PreTrainedTokenizerFast

    words = [PAD, END, UNKNOWN, "user", "assistant", "system", ".", *EASY, *HARD]
    made = Tokenizer(models.WordLevel({w: i for i, w in enumerate(words)}, unk_token=UNKNOWN))
    made.pre_tokenizer = pre_tokenizers.WhitespaceSplit()
    made.decoder = decoders.WordPiece(prefix="##")  # words apart by spaces
    return PreTrainedTokenizerFast(
        tokenizer_object=made,
        pad_token=PAD,
        eos_token=END,
        unk_token=UNKNOWN,
        chat_template=CHAT,
        padding_side="left",
    )


def model(size: int, seed: int = 0, *, scalar: bool = False) -> Any:
    """Return a random Qwen2 of two layers, that writes or that gives one number."""
    import torch
    from transformers import Qwen2Config, Qwen2ForCausalLM, Qwen2ForSequenceClassification

    torch.manual_seed(seed)
    config = Qwen2Config(
        vocab_size=size, hidden_size=32, intermediate_size=64, num_hidden_layers=2,
        num_attention_heads=2, num_key_value_heads=2, max_position_embeddings=128,
        pad_token_id=0, eos_token_id=1, bos_token_id=None, tie_word_embeddings=not scalar,
    )  # fmt: skip
    if scalar:
        config.num_labels = 1
        return Qwen2ForSequenceClassification(config)
    return Qwen2ForCausalLM(config)


def rows(*, chat: bool) -> Any:
    """Return prompts with a level, and a reference on every other."""
    from datasets import Dataset

    prompts = ["the cat", "a dog", "the sun", "a mat"] * 64
    return Dataset.from_dict(
        {
            "prompt": [[{"role": "user", "content": p}] for p in prompts] if chat else prompts,
            "level": [100.0] * len(prompts),
            "reference": [["the cat sat ."], []] * (len(prompts) // 2),
        }
    )


def train(kind: str, rewards: list[Any], *, steps: int, chat: bool, rate: float) -> list[Any]:
    """Run a trainer and return its log."""
    import trl

    made = tokenizer()
    config_class, trainer_class = {
        "grpo": (trl.GRPOConfig, trl.GRPOTrainer),
        "rloo": (trl.RLOOConfig, trl.RLOOTrainer),
    }[kind]
    with tempfile.TemporaryDirectory() as folder:
        config = config_class(
            output_dir=folder, max_steps=steps, per_device_train_batch_size=32,
            num_generations=8, max_completion_length=12, learning_rate=rate, logging_steps=1,
            report_to=[], use_cpu=True, seed=0, save_strategy="no", disable_tqdm=True,
            temperature=1.0, beta=0.0, bf16=False, gradient_checkpointing=False,
        )  # fmt: skip
        trainer = trainer_class(
            model=model(len(made)), reward_funcs=rewards, args=config, processing_class=made,
            train_dataset=rows(chat=chat),
        )  # fmt: skip
        adapter.watch(trainer)
        trainer.train()
        return [row for row in trainer.state.log_history if "reward" in row]


def preferences(n: int, seed: int) -> Any:
    """Return pairs of made-up answers, the better one as our reward says."""
    import random

    from datasets import Dataset

    draw = random.Random(seed)  # noqa: S311 - texts, not secrets
    answers = [" ".join(draw.choices(EASY + HARD, k=8)) + " ." for _ in range(2 * n)]
    score = adapter.reward(REWARD)
    values = score(
        prompts=["the cat"] * len(answers), completions=answers, level=[100.0] * len(answers)
    )
    pairs = [
        (a, b) if x > y else (b, a)
        for a, b, x, y in zip(answers[::2], answers[1::2], values[::2], values[1::2], strict=True)
        if x != y
    ]
    chosen, rejected = (list(side) for side in zip(*pairs, strict=True))
    return Dataset.from_dict({"chosen": chosen, "rejected": rejected})


def reward_model(steps: int) -> tuple[float, float]:
    """Train TRL's reward model on what our reward prefers; accuracy on other pairs, twice."""
    import trl

    made = tokenizer()
    with tempfile.TemporaryDirectory() as folder:
        config = trl.RewardConfig(
            output_dir=folder, max_steps=steps, per_device_train_batch_size=32, learning_rate=1e-2,
            report_to=[], use_cpu=True, seed=0, save_strategy="no", disable_tqdm=True, bf16=False,
            gradient_checkpointing=False,
        )  # fmt: skip
        trainer = trl.RewardTrainer(
            model=model(len(made), scalar=True), args=config, processing_class=made,
            train_dataset=preferences(512, 0), eval_dataset=preferences(128, 1),
        )  # fmt: skip
        before = trainer.evaluate()["eval_accuracy"]
        trainer.train()
        return before, trainer.evaluate()["eval_accuracy"]


def check(name: str, log: list[Any]) -> dict[str, Any]:
    """Hold a log to what it must contain."""
    first = log[0]
    assert f"rewards/{name}/mean" in first, sorted(first)
    assert f"rewards/{name}/group_spread" in first, sorted(first)
    values = [row["reward"] for row in log if row["reward"] is not None]
    assert values, log
    assert all(math.isfinite(value) for value in values), values
    return first


def main(steps: int, learn: int, out: Path | None) -> None:
    """Run what the documents say was run."""
    easy, kept = adapter.reward(REWARD), adapter.reward(KEPT)
    found: dict[str, Any] = {
        "versions": {p: version(p) for p in ("trl", "transformers", "torch", "datasets")}
    }
    for label, kind, chat, asynchronous in (
        ("GRPO, strings", "grpo", False, False),
        ("GRPO, conversations, async", "grpo", True, True),
        ("RLOO, strings", "rloo", False, False),
    ):
        rewards = [adapter.reward(REWARD, asynchronous=asynchronous), kept]
        log = train(kind, rewards, steps=steps, chat=chat, rate=1e-3)
        first = check("easy_words", log)
        # Every other prompt has no reference: None there, a number elsewhere.
        undefined = first.get("rewards/kept/without_value")
        assert undefined is not None, sorted(first)
        assert 0 < undefined < 1, undefined
        found[label] = {key: value for key, value in first.items() if "rewards/" in key}
        print(f"{label}: {steps} steps, {len(found[label])} keys of rewards in the log", flush=True)
    before, after = reward_model(learn)
    found["reward model"] = {"steps": learn, "before": before, "after": after}
    print(f"RewardTrainer, {learn} steps: accuracy {before:.3f} -> {after:.3f}", flush=True)
    assert after > before, (before, after)
    log = train("grpo", [easy], steps=learn, chat=False, rate=1e-2)
    means = [row["reward"] for row in log]
    quarter = max(1, len(means) // 4)
    start, end = sum(means[:quarter]) / quarter, sum(means[-quarter:]) / quarter
    found["learning"] = {"steps": learn, "first quarter": start, "last quarter": end}
    print(f"GRPO, {learn} steps: mean reward {start:.3f} -> {end:.3f}")
    assert end > start, (start, end)
    last = log[-1]
    for key in sorted(key for key in last if "rewards/" in key):
        print(f"  {key}: {last[key]:.3f}" if last[key] is not None else f"  {key}: None")
    if out is not None:
        out.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")
    print(found["versions"])


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--steps", type=int, default=3)
    parser.add_argument("--learn", type=int, default=40)
    parser.add_argument("--out", type=Path)
    given = parser.parse_args()
    main(given.steps, given.learn, given.out)
