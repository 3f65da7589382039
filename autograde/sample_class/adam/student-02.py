"""The released notebook, untouched."""
