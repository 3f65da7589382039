"""The displayed equations of each chapter, obeyed by the code."""
