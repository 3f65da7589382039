"""The exercise ``cnn-mnist``: a convolution, a pooling, and a network that reads digits."""
