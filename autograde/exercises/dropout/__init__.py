"""The exercise on dropout: a mask, the way forward and the way back."""
