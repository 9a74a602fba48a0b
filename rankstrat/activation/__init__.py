"""Activations, and what is proved of each."""
