"""Rank strata of two-layer networks: combinatorial types of neurons, one file for each kind of
activation.
"""
