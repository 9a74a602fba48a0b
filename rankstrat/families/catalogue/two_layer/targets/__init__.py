"""Target sets of two-layer networks: who carries what, one file for each kind of activation."""
