"""Model families: one file or folder each; this folder is the registry.

The file ``two_layer`` defines the function ``two_layer(...) -> Model`` and a frozen structure; the
functions stand in `rankstrat.families`.
"""
