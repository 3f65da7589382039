"""An RMSprop that remembers no earlier gradients, and an Adam whose data is put elsewhere."""

# %% rmsprop
class RMSprop:
    def __init__(self, params, lr=1e-2, *, alpha=0.99, eps=1e-8):
        if lr < 0 or alpha < 0 or eps < 0:
            raise ValueError("must not be negative")
        self.params, self.lr, self.alpha, self.eps = list(params), lr, alpha, eps

    def step(self):
        for p in self.params:
            if p.grad is not None:
                v = (1 - self.alpha) * p.grad**2
                p.data -= self.lr * p.grad / (np.sqrt(v) + self.eps)

# %% adam
class Adam:
    def __init__(self, params, lr=1e-3, *, betas=(0.9, 0.999), eps=1e-8):
        if lr < 0 or eps < 0 or not (0 <= betas[0] < 1 and 0 <= betas[1] < 1):
            raise ValueError("bad hyperparameters")
        self.params, self.lr, self.betas, self.eps = list(params), lr, betas, eps
        self.m = [np.zeros_like(p.data) for p in self.params]
        self.v = [np.zeros_like(p.data) for p in self.params]
        self.t = 0

    def step(self):
        self.t += 1
        b1, b2 = self.betas
        for i, p in enumerate(self.params):
            if p.grad is None:
                continue
            self.m[i] = b1 * self.m[i] + (1 - b1) * p.grad
            self.v[i] = b2 * self.v[i] + (1 - b2) * p.grad**2
            m_hat = self.m[i] / (1 - b1**self.t)
            v_hat = self.v[i] / (1 - b2**self.t)
            p.data = (p.data - self.lr * m_hat / (np.sqrt(v_hat) + self.eps)).astype(p.data.dtype)
