"""Epsilon under the root, in both optimizers."""

# %% rmsprop
class RMSprop:
    def __init__(self, params, lr=1e-2, *, alpha=0.99, eps=1e-8):
        if min(lr, alpha, eps) < 0:
            raise ValueError("negative hyperparameter")
        self.params, self.lr, self.alpha, self.eps = list(params), lr, alpha, eps
        self.v = {}

    def step(self):
        for k, p in enumerate(self.params):
            if p.grad is not None:
                self.v[k] = self.alpha * self.v.get(k, 0) + (1 - self.alpha) * p.grad**2
                p.data -= self.lr * p.grad / np.sqrt(self.v[k] + self.eps)

# %% adam
class Adam:
    def __init__(self, params, lr=1e-3, *, betas=(0.9, 0.999), eps=1e-8):
        if min(lr, eps, *betas) < 0 or max(betas) >= 1:
            raise ValueError("bad hyperparameter")
        self.params, self.lr, self.betas, self.eps = list(params), lr, betas, eps
        self.m, self.v, self.t = {}, {}, 0

    def step(self):
        self.t += 1
        beta1, beta2 = self.betas
        for k, p in enumerate(self.params):
            if p.grad is not None:
                self.m[k] = beta1 * self.m.get(k, 0) + (1 - beta1) * p.grad
                self.v[k] = beta2 * self.v.get(k, 0) + (1 - beta2) * p.grad**2
                m_hat = self.m[k] / (1 - beta1**self.t)
                v_hat = self.v[k] / (1 - beta2**self.t)
                p.data -= self.lr * m_hat / np.sqrt(v_hat + self.eps)
