"""Reference implementations of the training techniques that the course teaches, in NumPy."""

from course.show import show

__all__ = ["show"]
