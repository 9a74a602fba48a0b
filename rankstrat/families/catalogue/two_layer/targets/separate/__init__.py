"""Activations whose distinct neurons are independent up to constants: every class is described by
itself.
"""
