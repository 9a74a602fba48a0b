"""Target sets where a linear function couples the blocks.

Softplus, SiLU, GELU, ReLU and their kin.
"""
