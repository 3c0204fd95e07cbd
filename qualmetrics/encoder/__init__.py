"""Machinery: text encoders in bundle folders, and what scorers read of them.

``bundle`` finds, checks and runs an encoder, ``long_texts`` says what is read of a text that does
not fit, ``inputs`` makes states of tokens and token ids of it for scorers.
"""

from qualmetrics.encoder.bundle import (
    FORMAT,
    GROUP,
    Encoded,
    Encoder,
    Ids,
    States,
    load_encoder,
    stamp,
)
from qualmetrics.encoder.inputs import (
    TextState,
    Tokens,
    Vectors,
    pad_states,
    prepare,
    row_status,
    side_texts,
)
from qualmetrics.encoder.long_texts import Policy

__all__ = [
    "FORMAT",
    "GROUP",
    "Encoded",
    "Encoder",
    "Ids",
    "Policy",
    "States",
    "TextState",
    "Tokens",
    "Vectors",
    "load_encoder",
    "pad_states",
    "prepare",
    "row_status",
    "side_texts",
    "stamp",
]
