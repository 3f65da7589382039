"""The exercise ``scheduling``: learning rates that follow a clock, or a metric."""
