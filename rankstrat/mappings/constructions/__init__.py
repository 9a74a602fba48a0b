"""Constructions of critical mappings, one file each."""
