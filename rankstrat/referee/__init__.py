"""A referee for proof objects of model ranks, which needs nothing but Python.

Written from docs/certificates.md; copied alone, the folder checks a file by `python referee FILE`.
"""
