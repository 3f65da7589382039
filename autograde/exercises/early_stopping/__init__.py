"""The exercise ``early-stopping``: when to stop, and what to keep."""
