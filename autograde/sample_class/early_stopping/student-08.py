"""A right answer in an unusual style: everything is derived from the history."""

# %% early-stopping
class EarlyStopping:
    def __init__(self, patience=10, *, min_delta=0.0, mode="min"):
        if not isinstance(patience, int) or patience < 1 or mode not in {"min", "max"}:
            raise ValueError((patience, mode))
        self.patience, self.min_delta = patience, min_delta
        self.key = {"min": lambda x: -x, "max": lambda x: x}[mode]
        self.history, self.records, self.best_state = [], [], None

    @property
    def best(self):
        return self.history[self.records[-1]] if self.records else None

    @property
    def best_epoch(self):
        return self.records[-1] if self.records else None

    @property
    def num_bad_epochs(self):
        return len(self.history) - 1 - (self.records[-1] if self.records else -1)

    def step(self, metric, state=None):
        level = self.key(self.best) + self.min_delta if self.records else -math.inf
        self.history.append(metric)
        if self.key(metric) > level:
            self.records.append(len(self.history) - 1)
            self.best_state = copy.deepcopy(state)
        return self.num_bad_epochs >= self.patience
