"""The exercise ``weight-decay``: the L2 penalty, AdamW, and soft thresholding."""
