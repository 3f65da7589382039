"""Reference implementations of the training techniques that the course teaches, in NumPy."""
