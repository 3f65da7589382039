"""The exercise on batch normalization: forward, running statistics and backward."""
