"""The instructor's solution."""
