"""Target sets where a linear function couples the blocks: softplus, SiLU, GELU, ReLU and their
kin.
"""
