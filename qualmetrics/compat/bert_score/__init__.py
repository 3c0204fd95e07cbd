"""A drop-in for bert-score 0.3.13 on ONNX Runtime: ``score`` and ``BERTScorer``, without torch.

::

    from qualmetrics.compat import bert_score
    P, R, F = bert_score.score(["a cat sat"], ["the cat sat"], model_type="minilm")

With the same weights and layer it gives bert-score's numbers to 1e-6, its padding habit included: a
token without a positive cosine counts 0 where its pair is padded, so a score may depend on its
batch. ``bert_score.fixed`` has the same two names with the numbers of our ``bertscore``.

Every difference that is meant, beside those of ``fixed``:

1. Results are numpy float32 arrays, not torch tensors. ``device`` and ``nthreads`` are accepted
   and ignored: the CPU does it, in this process, without a pool.
2. ``model_type`` names an encoder bundle (``"minilm"``, its hub name, or a folder made by
   ``qualmetrics.training.export_encoder``). ``lang`` alone raises: the model bert-score would take
   is not here, and another one in its place would be another number. ``num_layers=None`` is the
   bundle's last layer where the bundle names no other.
3. Nothing is downloaded. Baselines are read from ``baseline_path``; without it ``score`` warns and
   leaves values as they are and ``BERTScorer`` raises, as in bert-score where it has no file. The
   hash then does not say ``rescaled``, as bert-score's does by mistake.
4. The hash names this library, the encoder's digest and the right version; no path.
5. An empty text scores 0 with a warning, as documented; bert-score crashes on it under
   transformers 5.
6. Bad calls raise ``InputError`` in words instead of ``AssertionError`` or a shape error; no pairs
   give empty arrays.
7. ``all_layers=True`` with several references takes the best per pair; bert-score takes it across
   layers by mistake.
8. A model without a length limit in its tokenizer is cut at the encoder's own limit.
9. Memory does not grow with the number of pairs: at most 1,024 pairs are held at a time.
"""

from qualmetrics.compat.bert_score import fixed
from qualmetrics.compat.bert_score.api import BERTScorer, score

__version__ = "0.3.13"
"""The version of bert-score whose numbers these are."""

__all__ = ["BERTScorer", "__version__", "fixed", "score"]
