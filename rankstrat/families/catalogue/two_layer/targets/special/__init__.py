"""Activations without an independence lemma that have target sets of their own."""
