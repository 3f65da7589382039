"""An Adam that raises: a misspelt attribute."""

# %% adam
class Adam:
    def __init__(self, params, lr=1e-3, *, betas=(0.9, 0.999), eps=1e-8):
        if lr < 0 or eps < 0 or min(betas) < 0 or max(betas) >= 1:
            raise ValueError("bad hyperparameters")
        self.params, self.lr, self.betas, self.eps = list(params), lr, betas, eps
        self.moment = [np.zeros_like(p.data) for p in self.params]

    def step(self):
        for p, m in zip(self.params, self.moments):
            p.data -= self.lr * m
