"""Measurements: each command prints a ratio against a peer, or a figure against its limit, of one run."""
