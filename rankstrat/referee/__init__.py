"""A referee for proof objects of model ranks, which needs nothing but Python.

It is written from docs/certificates.md and shares no code with the rest of the package. The folder
can be copied alone: `python referee FILE` checks a file.
"""
