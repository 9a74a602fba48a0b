"""Least rank."""
