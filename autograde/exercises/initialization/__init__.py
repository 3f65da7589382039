"""The exercise on initialization: fans, Xavier, He and orthogonal matrices."""
