"""A best state that training goes on changing."""

# %% early-stopping
class EarlyStopping:
    def __init__(self, patience=10, *, min_delta=0.0, mode="min"):
        if type(patience) is not int or patience < 1:
            raise ValueError("patience must be an int of at least 1")
        if mode not in ("min", "max"):
            raise ValueError("mode must be min or max")
        self.patience, self.min_delta = patience, min_delta
        self.sign = 1 if mode == "min" else -1
        self.best, self.best_epoch, self.best_state = self.sign * math.inf, None, None
        self.num_bad_epochs, self.calls = 0, 0

    def step(self, metric, state=None):
        gain = self.sign * (self.best - metric)
        if gain > self.min_delta:
            self.best, self.best_epoch = metric, self.calls
            self.best_state = state
            self.num_bad_epochs = 0
        else:
            self.num_bad_epochs += 1
        self.calls += 1
        return self.num_bad_epochs >= self.patience
