"""The exercise ``adam``: RMSprop and Adam."""
