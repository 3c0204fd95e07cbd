"""What a reward costs a step of GRPO: 64 prompts x 8 completions of 200 tokens, on two cores.

Each reward is called as TRL calls it, in a process of its own: the first call (loading included),
then ``--repeat`` others on texts that were never seen, of which the median is told: by the clock,
and the processor's time, which a busy machine does not lengthen as much. Completions are cut from
the examples of this repository, about 160 words (200 tokens) each. The import of each adapter, and
one completion of a million characters, are timed too.

    python benchmarks/reward_overhead.py
"""

from __future__ import annotations

import argparse
import json
import os
import random
import statistics
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

PROMPTS, EACH, WORDS = 64, 8, 160
EXAMPLES = Path(__file__).parents[1] / "examples"
TREES: dict[str, dict[str, Any]] = {
    "target_band of a formula": {"use": "target_band", "of": "flesch_reading_ease", "target": 70},
    "readability_target": {"use": "readability_target", "target": 70},
    "readability_target, guarded": {"use": "readability_target", "target": 70, "guarded": True},
    "rewrite": {"use": "rewrite", "goal": {"use": "readability_target", "target": 70}},
    "rewrite, guarded": {
        "use": "rewrite",
        "goal": {"use": "readability_target", "target": 70},
        "guarded": True,
    },
    "simplify": {"use": "simplify"},
    "simplify, guarded": {"use": "simplify", "guarded": True},
    "r3": {"use": "r3"},
    "r3, guarded": {"use": "r3", "guarded": True},
    "refalign": {"use": "refalign"},
    "refalign, guarded": {"use": "refalign", "guarded": True},
    "long_form": {"use": "long_form"},
    "long_form, guarded": {"use": "long_form", "guarded": True},
}
ADAPTERS = ("trl", "verl", "openrlhf")


def step(seed: int) -> dict[str, list[Any]]:
    """Return what TRL hands over in one step; no two texts are the same."""
    draw = random.Random(seed)  # noqa: S311 - texts, not secrets
    pool = [
        sentence.strip()
        for path in sorted(EXAMPLES.glob("*.txt"))
        if not path.name.startswith(("de-", "es-"))
        for sentence in path.read_text(encoding="utf-8").replace("\n", " ").split(". ")
        if len(sentence.split()) > 3
    ]

    def text(words: int) -> str:
        found: list[str] = []
        while len(found) < words:
            sentence = draw.choice(pool).split()
            found += [*sentence[:-1], sentence[-1].rstrip(".,;") + "."]
        return f"{draw.randrange(10**6)}: " + " ".join(found[:words]) + "."

    prompts = [text(20) for _ in range(PROMPTS)]
    references = [text(WORDS) for _ in range(PROMPTS)]
    return {
        "prompts": [prompt for prompt in prompts for _ in range(EACH)],
        "completions": [text(WORDS) for _ in range(PROMPTS * EACH)],
        "reference": [reference for reference in references for _ in range(EACH)],
    }


def one(tree: dict[str, Any], repeat: int) -> dict[str, float]:
    """Time one reward in this process."""
    from qualmetrics.adapters import trl

    steps = [step(seed) for seed in range(repeat + 1)]
    began = time.perf_counter()
    reward = trl.reward({"name": "reward", "undefined": None, "reward": tree})
    times, work = [], []
    for rows in steps:
        spent = time.process_time()
        values = reward(**rows)
        assert len(values) == PROMPTS * EACH
        times.append(time.perf_counter() - began)
        work.append(time.process_time() - spent)
        began = time.perf_counter()
    return {
        "first": times[0] * 1000,
        "step": statistics.median(times[1:] or times) * 1000,
        "work": statistics.median(work[1:] or work) * 1000,
    }


def imports() -> None:
    """Time what importing each adapter adds to a Python that is running."""
    for name in ADAPTERS:
        code = (
            "import time; t = time.perf_counter(); "
            f"import qualmetrics.adapters.{name}; print(time.perf_counter() - t)"
        )
        times = [
            float(
                subprocess.run([sys.executable, "-c", code], capture_output=True, check=True).stdout
            )
            for _ in range(5)
        ]
        print(f"import qualmetrics.adapters.{name}: {min(times) * 1000:.0f} ms (least of 5)")


def million() -> None:
    """Time one completion of a million characters: words that nobody has seen, and one word."""
    from qualmetrics.adapters import openrlhf, verl

    config = {"name": "r", "undefined": 0, "reward": TREES["target_band of a formula"]}
    draw = random.Random(0)  # noqa: S311 - texts, not secrets
    letters = "".join(draw.choices("abcdefghijklmnopqrstuvwxyz", k=1_000_000))
    text = "".join(draw.choices("abcdefghijklmnopqrstuvwxyz     ", k=1_000_000))
    score, func = verl.reward(config), openrlhf.reward(config)
    score("mine", "Warm.", None, {})
    for name, call in (
        ("verl", lambda: score("mine", text, None, {})),
        ("openrlhf", lambda: func([text[::-1]], ["Why?"], [None])),
        ("verl, one word", lambda: score("mine", letters, None, {})),
    ):
        began = time.perf_counter()
        call()
        print(f"{name}, 1,000,000 characters: {(time.perf_counter() - began) * 1000:.0f} ms")


def main(repeat: int, only: str) -> None:
    """Print the table."""
    imports()
    million()
    print(
        f"{PROMPTS} x {EACH} completions of {WORDS} words, {len(os.sched_getaffinity(0))} cores, ms"
    )
    for name, tree in TREES.items():
        if only not in name:
            continue
        command = [sys.executable, __file__, "--tree", json.dumps(tree), "--repeat", str(repeat)]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode:
            print(f"{name}: {done.stderr.strip().splitlines()[-1]}", flush=True)
            continue
        found = json.loads(done.stdout)
        each = found["work"] / PROMPTS / EACH
        print(
            f"{name}: step {found['step']:,.0f} (of which at work {found['work']:,.0f}), "
            f"first {found['first']:,.0f}; at work on a completion {each:.2f}",
            flush=True,
        )


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--repeat", type=int, default=3)
    parser.add_argument("--only", default="")
    parser.add_argument("--tree")
    given = parser.parse_args()
    if given.tree is None:
        main(given.repeat, given.only)
    else:
        print(json.dumps(one(json.loads(given.tree), given.repeat)))
