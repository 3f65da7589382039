"""A right answer in an unusual style: entry by entry, with running products."""

# %% adam
from collections import defaultdict


class Adam:
    __slots__ = ("params", "lr", "b", "eps", "left", "memory")

    def __init__(self, params, lr=1e-3, *, betas=(0.9, 0.999), eps=1e-8):
        if not (lr >= 0 and eps >= 0 and all(0 <= b < 1 for b in betas)):
            raise ValueError(f"no sense in {lr}, {betas}, {eps}")
        self.params, self.lr, self.b, self.eps = tuple(params), lr, betas, eps
        self.left, self.memory = [1.0, 1.0], defaultdict(lambda: [0.0, 0.0])

    def step(self):
        self.left = [left * b for left, b in zip(self.left, self.b)]
        for k, p in enumerate(self.params):
            for place in np.ndindex(p.data.shape) if p.grad is not None else ():
                g, state = float(p.grad[place]), self.memory[k, place]
                state[0] += (1 - self.b[0]) * (g - state[0])
                state[1] += (1 - self.b[1]) * (g * g - state[1])
                first, second = (s / (1 - left) for s, left in zip(state, self.left))
                p.data[place] -= self.lr * first / (second**0.5 + self.eps)
