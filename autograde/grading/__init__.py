"""How exercises are graded: the course on disk, one road for a class, and what it came to."""
