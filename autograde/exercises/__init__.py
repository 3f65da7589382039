"""The exercises: for each, its probes and the bank that the judge compares with."""
