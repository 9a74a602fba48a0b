"""Rank strata of two-layer networks.

Combinatorial types of neurons, one file for each kind of activation.
"""
