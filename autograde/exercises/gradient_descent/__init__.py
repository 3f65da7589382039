"""The exercise ``gradient-descent``: checking, following and deriving gradients."""
