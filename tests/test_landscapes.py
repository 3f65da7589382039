"""Loss surfaces: gradients against torch and differences, minima, and what theory says of them."""

import math

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from course import landscapes
from course.optim import SGD

FORMULAS = {
    "quadratic": (
        landscapes.quadratic(50.0),
        lambda x, y: 0.5 * (x**2 + 50 * y**2),
    ),
    "rosenbrock": (
        landscapes.rosenbrock(),
        lambda x, y: (1 - x) ** 2 + 100 * (y - x**2) ** 2,
    ),
    "beale": (
        landscapes.beale(),
        lambda x, y: (
            (1.5 - x + x * y) ** 2 + (2.25 - x + x * y**2) ** 2 + (2.625 - x + x * y**3) ** 2
        ),
    ),
    "saddle": (
        landscapes.saddle(),
        lambda x, y: x**2 / 2 - y**2 / 2 + y**4 / 4,
    ),
}
each = pytest.mark.parametrize("name", FORMULAS)
coordinates = st.floats(-3, 3, allow_subnormal=False)


@each
@given(x=coordinates, y=coordinates)
def test_value_and_gradient_are_those_of_the_formula_in_torch(name, x, y):
    landscape, formula = FORMULAS[name]
    theta = torch.tensor([x, y], dtype=torch.float64, requires_grad=True)
    value = formula(*theta)
    value.backward()
    point = np.array([x, y])
    assert landscape.value(point) == pytest.approx(value.item(), rel=1e-10, abs=1e-9)
    assert landscape.gradient(point) == pytest.approx(theta.grad.numpy(), rel=1e-10, abs=1e-9)
    assert point.tolist() == [x, y]


@each
def test_many_points_at_once_are_the_points_one_by_one(name):
    landscape, _ = FORMULAS[name]
    points = np.random.default_rng(0).normal(size=(4, 3, 2))
    values, gradients = landscape.value(points), landscape.gradient(points)
    assert values.shape == (4, 3) and gradients.shape == (4, 3, 2)
    for index in np.ndindex(4, 3):
        assert values[index] == landscape.value(points[index])
        assert np.array_equal(gradients[index], landscape.gradient(points[index]))


@each
def test_nothing_in_view_is_lower_than_the_minimum(name):
    landscape, _ = FORMULAS[name]
    minimum = np.array(landscape.minimum)
    assert np.abs(landscape.gradient(minimum)).max() < 1e-12
    axes = [np.linspace(low, high, 401) for low, high in landscape.bounds]
    grid = np.stack(np.meshgrid(*axes), axis=-1)
    assert landscape.value(grid).min() >= landscape.value(minimum)


@each
def test_start_and_minimum_are_in_view(name):
    landscape, _ = FORMULAS[name]
    for point in (landscape.start, landscape.minimum):
        inside = zip(point, landscape.bounds, strict=True)
        assert all(low < x < high for x, (low, high) in inside)


def test_lists_and_integers_are_points_too():
    assert landscapes.saddle().gradient([2, 3]).tolist() == [2.0, 24.0]
    assert landscapes.quadratic(7).value([1, 1]) == 4.0


def test_the_saddle_is_flat_at_the_origin_and_no_minimum_there():
    saddle = landscapes.saddle()
    assert saddle.gradient(np.zeros(2)).tolist() == [0.0, 0.0]
    assert saddle.value([0.0, 0.1]) < saddle.value([0.0, 0.0]) < saddle.value([0.1, 0.0])
    assert saddle.value([0.0, -1.0]) == saddle.value([0.0, 1.0]) == -0.25


@given(kappa=st.floats(1, 1e6), dimension=st.integers(2, 6))
def test_a_quadratic_has_the_condition_number_that_is_named(kappa, dimension):
    bowl = landscapes.quadratic(kappa, dimension=dimension)
    curvatures = bowl.gradient(np.ones(dimension))
    assert curvatures.max() / curvatures.min() == pytest.approx(kappa)
    assert curvatures.min() == 1
    assert len(bowl.minimum) == len(bowl.start) == len(bowl.bounds) == dimension


def test_a_quadratic_of_one_parameter_is_a_parabola():
    assert landscapes.quadratic(1, dimension=1).value([3.0]) == 4.5
    assert landscapes.quadratic(4, dimension=1).gradient([3.0]).tolist() == [12.0]


@pytest.mark.parametrize("kappa", [0.5, 0, -1, math.nan, math.inf])
def test_a_condition_number_is_at_least_1(kappa):
    with pytest.raises(ValueError, match="condition_number must be (>= 1|finite), got"):
        landscapes.quadratic(kappa)


def test_a_dimension_is_at_least_1():
    with pytest.raises(ValueError, match="dimension must be an integer >= 1, got 0"):
        landscapes.quadratic(10, dimension=0)


@pytest.mark.parametrize(("kappa", "steps"), [(10, 69), (100, 691), (1000, 6908)])
def test_gradient_descent_takes_as_many_steps_as_theory_says(kappa, steps):
    bowl = landscapes.quadratic(kappa)
    best = 2 / (1 + kappa)
    path = landscapes.trajectory(bowl, lambda params: SGD(params, lr=best), steps=steps)
    distance = np.linalg.norm(path, axis=1) / np.linalg.norm(path[0])
    assert np.flatnonzero(distance <= 1e-6)[0] == steps


@pytest.mark.parametrize(("factor", "diverges"), [(1.99, False), (2.01, True)])
def test_gradient_descent_diverges_just_beyond_two_over_kappa(factor, diverges):
    path = landscapes.trajectory(
        landscapes.quadratic(100), lambda params: SGD(params, lr=factor / 100), steps=2000
    )
    assert (path[-1, 1] ** 2 > 1) == diverges


def test_a_trajectory_holds_every_point_and_starts_where_told():
    start = np.array([2.0, 1.0])
    path = landscapes.trajectory(
        landscapes.quadratic(10), lambda params: SGD(params, lr=0.1), steps=3, start=start
    )
    assert path == pytest.approx(np.array([[2, 1], [1.8, 0], [1.62, 0], [1.458, 0]]))
    assert start.tolist() == [2.0, 1.0]


def test_a_trajectory_that_overflows_is_returned_as_it_is():
    path = landscapes.trajectory(
        landscapes.rosenbrock(), lambda params: SGD(params, lr=1.0), steps=50
    )
    assert path.shape == (51, 2) and np.isfinite(path[0]).all() and not np.isfinite(path[-1]).all()
