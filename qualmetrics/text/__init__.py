"""The only room where text becomes numbers: words, sentences, syllables and their counts."""

from qualmetrics.text.columns import column_names
from qualmetrics.text.counts import count
from qualmetrics.text.rules import Rules, get_rules
from qualmetrics.text.spans import sentence_spans, word_spans

__all__ = ["Rules", "column_names", "count", "get_rules", "sentence_spans", "word_spans"]
