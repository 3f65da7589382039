"""The code obeys the equations of the chapter on credit risk."""

import ast

import numpy as np
import prose
import pytest
from scipy import stats
from sklearn.utils.class_weight import compute_class_weight

from course import credit, losses, metrics, nn
from course.ablation import ablation
from course.clip import clip_grad_norm
from course.data import Data
from course.gradcheck import gradient_errors
from course.train import backpropagate


@pytest.fixture(scope="module")
def chapter() -> dict:
    """Run the imports of the chapter and its definitions of functions, and nothing else."""
    code = [c.source for c in prose.chapter("11-credit-risk").cells if c.cell_type == "code"]
    namespace = {"__name__": "chapter"}
    exec(code[0], namespace)
    for source in code[1:]:
        tree = ast.parse(source)
        tree.body = [node for node in tree.body if isinstance(node, ast.FunctionDef)]
        for function in tree.body:  # defaults name constants of the chapter, caches serve its runs
            function.args.kw_defaults = [None for _ in function.args.kw_defaults]
            function.args.defaults = []
            function.decorator_list = []
        exec(compile(tree, "chapter", "exec"), namespace)
    return namespace


def logistic(r):
    return 1 / (1 + np.exp(-r))


def worst_decile(p, y) -> float:
    """Return how many standard deviations the defaults of a tenth are from what p says, at most."""
    parts = np.array_split(np.argsort(p), 10)
    return max(
        abs((y[rows] - p[rows]).sum()) / np.sqrt((p[rows] * (1 - p[rows])).sum()) for rows in parts
    )


def test_eq_credit_process():
    # What is missing depends on amounts alone, so that defaults of complete rows obey the risk.
    frame = credit.applications(60_000, seed=3).dropna(subset=["income", "savings"])
    r = credit.risk(frame, np.log(frame["income"].to_numpy()), np.log(frame["savings"].to_numpy()))
    y = frame["default"].to_numpy()
    assert worst_decile(logistic(r), y) < 4
    assert worst_decile(logistic(r + 0.3), y) > 4


def test_eq_credit_best():
    frame = credit.applications(60_000, seed=4)
    gaps = frame[frame["income"].isna() | frame["savings"].isna()]
    assert worst_decile(credit.default_probability(gaps), gaps["default"].to_numpy()) < 4

    # The integral once more, as a mean over savings drawn at random and then concealed.
    rows = frame[frame["income"].notna() & frame["savings"].isna()][:5]
    log_income = np.log(rows["income"].to_numpy())[:, np.newaxis]
    draws = np.random.default_rng(0).standard_normal((5, 100_000))
    log_savings = credit._savings_mean(rows, log_income) + credit._SAVINGS_SD * draws
    weight = credit._savings_missing(log_savings)
    p = np.average(logistic(credit.risk(rows, log_income, log_savings)), axis=1, weights=weight)
    np.testing.assert_allclose(credit.default_probability(rows), p, rtol=0.02)


def test_eq_credit_auc():
    rng = np.random.default_rng(0)
    y, s = np.arange(200) % 3 == 0, rng.integers(0, 6, 200)
    above = s[y][:, np.newaxis] - s[~y]
    by_pairs = np.mean(above > 0) + 0.5 * np.mean(above == 0)
    assert metrics.roc_auc(y, s) == pytest.approx(by_pairs, rel=1e-12)

    frame = credit.applications(400, seed=5)
    p = credit.default_probability(frame)
    weight = p[:, np.newaxis] * (1 - p)  # of "the first defaults, the second pays"
    above = (p[:, np.newaxis] > p) + 0.5 * (p[:, np.newaxis] == p)
    expected = np.sum(weight * above) / weight.sum()
    assert credit.bayes_auc(frame) == pytest.approx(expected, abs=0.002)


def counts(seed):
    """Return some decisions and their confusion matrix: y, predicted, (tp, fp, fn, tn)."""
    rng = np.random.default_rng(seed)
    y = (rng.random(300) < 0.3).astype(int)
    predicted = np.where(rng.random(300) < 0.6, y, rng.integers(0, 2, 300))
    cases = [(1, 1), (0, 1), (1, 0), (0, 0)]
    return y, predicted, [int(np.sum((y == a) & (predicted == b))) for a, b in cases]


@pytest.mark.parametrize("seed", range(5))
def test_eq_credit_decisions(seed):
    y, predicted, (tp, fp, fn, _) = counts(seed)
    assert metrics.precision(y, predicted) == pytest.approx(tp / (tp + fp))
    assert metrics.recall(y, predicted) == pytest.approx(tp / (tp + fn))
    assert metrics.f1(y, predicted) == pytest.approx(2 * tp / (2 * tp + fp + fn))


@pytest.mark.parametrize("seed", range(5))
def test_eq_credit_agreement(seed):
    y, predicted, (tp, fp, fn, tn) = counts(seed)
    P, N, P_hat, N_hat = tp + fn, fp + tn, tp + fp, fn + tn
    mcc = (tp * tn - fp * fn) / np.sqrt(P * P_hat * N * N_hat)
    assert metrics.mcc(y, predicted) == pytest.approx(mcc)
    n = P + N
    a, e = (tp + tn) / n, (P * P_hat + N * N_hat) / n**2
    assert metrics.kappa(y, predicted) == pytest.approx((a - e) / (1 - e))


@pytest.mark.parametrize(("false_positive", "false_negative"), [(1, 5), (2, 1), (1, 20)])
def test_eq_credit_threshold(false_positive, false_negative):
    t = metrics.best_threshold(false_positive=false_positive, false_negative=false_negative)
    assert t == pytest.approx(false_positive / (false_positive + false_negative))
    p = np.linspace(0.001, 0.999, 500)
    refusing, granting = false_positive * (1 - p), false_negative * p
    assert np.array_equal(refusing <= granting, p >= t)


def test_eq_credit_weights(chapter):
    rng = np.random.default_rng(0)
    y = (rng.random((500, 1)) < 0.15).astype(float)
    n, n_c = len(y), np.bincount(y[:, 0].astype(int))
    w = n / (2 * n_c)
    np.testing.assert_allclose(
        w, compute_class_weight("balanced", classes=np.array([0, 1]), y=y[:, 0])
    )
    weight = w[y.astype(int)]
    assert weight.mean() == pytest.approx(1)
    # The loss of the chapter weighs defaults alone: the same but for a common factor.
    z = rng.standard_normal((500, 1))
    assert chapter["odds"](Data(None, y)) == pytest.approx(w[1] / w[0])
    ours = losses.BCEWithLogitsLoss(pos_weight=chapter["odds"](Data(None, y)))(z, y)
    p = logistic(z)
    by_hand = np.mean(weight * -(y * np.log(p) + (1 - y) * np.log(1 - p)))
    assert w[0] * ours == pytest.approx(by_hand)


@pytest.mark.parametrize("p", [0.02, 0.15, 0.5])
@pytest.mark.parametrize("w", [1.0, 5.7])
def test_eq_credit_shift(p, w):
    # Where the weighted loss of a group of which p default is lowest, its gradient is zero.
    y = (np.arange(1000) < 1000 * p).astype(float)
    q = logistic(np.log(p / (1 - p)) + np.log(w))
    assert q / (1 - q) == pytest.approx(w * p / (1 - p))
    z = np.full(1000, np.log(q / (1 - q)))
    loss = losses.BCEWithLogitsLoss(pos_weight=w)
    loss(z, y)
    assert loss.backward().sum() == pytest.approx(0, abs=1e-12)
    loss(z + 0.01, y)
    assert loss.backward().sum() > 1e-5


@pytest.mark.parametrize("gamma", [0.0, 1.0, 2.0, 5.0])
def test_eq_credit_focal(gamma):
    rng = np.random.default_rng(0)
    z, y = 3 * rng.standard_normal((50, 1)), rng.integers(0, 2, (50, 1)).astype(float)
    p = np.where(y == 1, logistic(z), 1 - logistic(z))
    by_hand = np.mean(-((1 - p) ** gamma) * np.log(p))
    assert losses.FocalLoss(gamma)(z, y) == pytest.approx(by_hand)


def small_network(seed=0):
    rng = np.random.default_rng(seed)
    return nn.Sequential(nn.Linear(4, 5, rng=rng), nn.Tanh(), nn.Linear(5, 1, rng=rng))


def gradient(model, X, y, **options):
    model.zero_grad()
    backpropagate(model, losses.BCEWithLogitsLoss(), (X, y), **options)
    return np.concatenate([p.grad.ravel() for p in model.parameters()])


def test_eq_credit_accumulate():
    rng = np.random.default_rng(0)
    X, y = rng.standard_normal((10, 4)), rng.integers(0, 2, (10, 1)).astype(float)
    model = small_network()
    in_parts = gradient(model, X, y, batch_size=4)  # parts of 4, 4 and 2 rows
    parts = [slice(0, 4), slice(4, 8), slice(8, 10)]
    shares = [4 / 10, 4 / 10, 2 / 10]
    g = sum(
        s * gradient(model, X[k], y[k], batch_size=10) for s, k in zip(shares, parts, strict=True)
    )
    np.testing.assert_allclose(in_parts, g, rtol=1e-10)
    np.testing.assert_allclose(gradient(model, X, y, batch_size=10), g, rtol=1e-10)


@pytest.mark.parametrize("c", [0.5, 3.0, 100.0])
def test_eq_credit_clip(c):
    rng = np.random.default_rng(0)
    params = [nn.Parameter(np.zeros(shape)) for shape in ((3, 4), (5,))]
    for p in params:
        p.grad = rng.standard_normal(p.data.shape)
    g = np.concatenate([p.grad.ravel() for p in params])
    clip_grad_norm(params, c)
    clipped = np.concatenate([p.grad.ravel() for p in params])
    np.testing.assert_allclose(clipped, g * min(1, c / np.linalg.norm(g)), rtol=1e-5)


def test_eq_credit_rounding(chapter):
    bfloat16 = chapter["bfloat16"]
    rng = np.random.default_rng(0)
    w = bfloat16(rng.standard_normal(10_000))
    w = np.concatenate([w, np.float32(2.0) ** np.arange(-20, 20)])  # the spacing changes there
    sign = rng.choice([-1, 1], len(w)).astype(np.float32)
    lost = np.float32(0.99 * 2**-9) * np.abs(w)
    assert np.array_equal(bfloat16(w + sign * lost), w)
    kept = np.float32(2**-7) * np.abs(w)
    assert np.all(bfloat16(w + sign * kept) != w)


def test_eq_credit_scale():
    rng = np.random.default_rng(0)
    X, y = rng.standard_normal((10, 4)), rng.integers(0, 2, (10, 1)).astype(float)
    model, loss, S = small_network(), losses.BCEWithLogitsLoss(), 2.0**14
    plain = gradient(model, X, y, batch_size=10)
    model.zero_grad()
    loss(model(X), y)
    model.backward(S * loss.backward())
    scaled = np.concatenate([p.grad.ravel() for p in model.parameters()])
    np.testing.assert_allclose(scaled / S, plain, rtol=1e-12)
    assert not np.allclose(scaled, plain)


def test_eq_credit_residual(chapter):
    rng = np.random.default_rng(0)
    f = nn.Sequential(nn.Linear(3, 3, rng=rng), nn.Tanh())
    x = rng.standard_normal((4, 3))
    np.testing.assert_allclose(nn.Residual(f)(x), x + f(x))
    model = chapter["residual"](rng, 3, width=6, blocks=2, dropout=0.0)
    errors = gradient_errors(model, x, rng)
    assert max(errors.values()) < 1e-6


@pytest.mark.parametrize("n", [2, 8])
def test_eq_credit_difference(n):
    rng = np.random.default_rng(n)
    table = {parts: rng.standard_normal(n) for parts in ((0, 1, 2), (1, 2), (0, 2), (0, 1))}
    rows = ablation(lambda parts, seed: table[parts][seed], (0, 1, 2), range(n))
    t = stats.t.ppf(1 - 0.05 / (2 * 3), n - 1)
    for row, parts in zip(rows, ((1, 2), (0, 2), (0, 1)), strict=True):
        d = table[parts] - table[0, 1, 2]
        assert row.difference == pytest.approx(sum(d) / n)
        sd = np.sqrt(np.sum((d - d.mean()) ** 2) / (n - 1))
        assert row.half_width == pytest.approx(t * sd / np.sqrt(n), rel=1e-3)
        assert row.tie == (abs(d.mean()) <= row.half_width)
