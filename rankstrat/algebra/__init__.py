"""Exact arithmetic: finite fields, expression programs, towers of transcendental generators.

Knows no neurons.
"""
