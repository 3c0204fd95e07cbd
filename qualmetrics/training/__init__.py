"""Training and conversion: the only room that imports torch, transformers or scikit-learn."""
