"""Exercises that tell right from wrong: what is right (check, exercises) and how it is run (grading)."""
