"""Learning coefficients: how fast the volume around a point or branch vanishes."""
