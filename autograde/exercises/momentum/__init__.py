"""The exercise ``momentum``: gradient descent with momentum, dampening and Nesterov's step."""
