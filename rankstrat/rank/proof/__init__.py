"""Proof objects: a certificate written so that the referee can check it."""
