"""Augmentation: against torch's sampler and torchvision's affine map, and its strengths."""

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from course import augment as aug
from course.data import digits, import_torchvision


def torch_warp(images, field):
    """Sample with torch: bilinear, zeros outside, coordinates from -1 to 1 edge to edge."""
    h, w = images.shape[2:]
    down, right = np.moveaxis(np.indices((h, w)) + field, 1, 0)
    grid = np.stack([(2 * right + 1) / w - 1, (2 * down + 1) / h - 1], axis=-1)
    sample = torch.nn.functional.grid_sample(
        torch.tensor(images), torch.tensor(grid), padding_mode="zeros", align_corners=False
    )
    return sample.numpy()


@given(
    shape=st.tuples(*[st.integers(1, 3)] * 2, *[st.integers(1, 9)] * 2),
    reach=st.floats(0, 12),
    seed=st.integers(0, 2**32),
)
def test_warp_samples_as_torch_does(shape, reach, seed):
    rng = np.random.default_rng(seed)
    images = rng.normal(size=shape)
    field = rng.uniform(-reach, reach, (shape[0], 2, *shape[2:]))
    before = images.copy()
    expected = torch_warp(images, field)
    assert np.allclose(aug.warp(images, field), expected, rtol=1e-9, atol=1e-9)
    assert np.array_equal(images, before)


def fixed_field(size, **strengths):
    """Return the affine field in which every strength is drawn as its upper end."""

    class Largest:
        def uniform(self, low, high, size):
            return np.full(size, high)

    return aug.affine_field(1, size, Largest(), **({"degrees": 0} | strengths))


OFF = {"degrees": 0.0, "scale": 0.0, "shear": 0.0, "shift": 0.0}


@given(
    degrees=st.floats(-180, 180),
    scale=st.floats(-0.5, 0.5),
    shift=st.floats(-0.5, 0.5),
    size=st.sampled_from([(28, 28), (9, 12), (7, 7)]),
)
def test_rotation_scaling_and_shift_are_those_of_torchvision(degrees, scale, shift, size):
    """Theirs maps the old image to the new one, our field the new one to the old."""
    functional = import_torchvision().transforms.functional
    image = np.random.default_rng(0).normal(size=(1, *size))
    field = fixed_field(size, degrees=degrees, scale=scale, shear=0, shift=0)
    expected = functional.affine(
        torch.tensor(image),
        angle=degrees,
        translate=[0, 0],
        scale=1 / (1 + scale),
        shear=[0.0],
        interpolation=functional.InterpolationMode.BILINEAR,
    ).numpy()
    # Where a pixel falls on the border to within rounding, float32 decides either way.
    close = np.isclose(aug.warp(image, field), expected, atol=1e-3)
    assert close.mean() > 0.97
    moved = fixed_field(size, **OFF | {"shift": shift})
    expected_shift = np.broadcast_to([[[size[0] / 2]], [[size[1] / 2]]], (2, *size)) * shift
    assert np.allclose(moved[0], expected_shift, atol=1e-5)


def test_a_shear_moves_rows_sideways_in_proportion_to_their_distance_from_the_centre():
    down, right = fixed_field((5, 3), **OFF | {"shear": 0.5})[0]
    assert not down.any()
    assert right.tolist() == [[-1.0] * 3, [-0.5] * 3, [0.0] * 3, [0.5] * 3, [1.0] * 3]


def test_no_strength_is_no_change():
    images = digits(train=20).train.X
    rng = np.random.default_rng(0)
    assert np.array_equal(aug.affine(images, rng, **OFF), images)
    assert np.array_equal(aug.elastic(images, rng, strength=0.0), images)


@pytest.mark.parametrize("shape", [(6, 28, 28), (6, 1, 28, 28), (6, 3, 20, 15), (6, 784)])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("deform", [aug.affine, aug.elastic, aug.augment])
def test_shape_and_dtype_stay_and_the_images_are_not_changed(shape, dtype, deform):
    images = np.random.default_rng(1).random(shape).astype(dtype)
    before = images.copy()
    result = deform(images, np.random.default_rng(0))
    assert result.shape == shape and result.dtype == dtype
    assert np.array_equal(images, before)
    assert not np.array_equal(result, images)
    assert result.min() >= 0 and result.max() <= 1


def test_all_shapes_of_the_same_images_are_deformed_alike():
    flat = digits(train=5).train.X
    results = [
        aug.augment(flat.reshape(shape), np.random.default_rng(0)).reshape(5, 784)
        for shape in [(5, 784), (5, 28, 28), (5, 1, 28, 28)]
    ]
    assert np.array_equal(results[0], results[1]) and np.array_equal(results[0], results[2])


def test_every_image_is_deformed_in_its_own_way_and_all_channels_alike():
    images = np.tile(digits(train=1, flatten=False).train.X, (2, 2, 1, 1))
    result = aug.augment(images, np.random.default_rng(0))
    assert np.array_equal(result[:, 0], result[:, 1])
    assert not np.array_equal(result[0], result[1])


def test_the_generator_decides():
    images = digits(train=3).train.X
    first, again = (aug.augment(images, np.random.default_rng(0)) for _ in range(2))
    assert np.array_equal(first, again)
    assert not np.array_equal(first, aug.augment(images, np.random.default_rng(1)))


def test_affine_maps_stay_within_their_strengths_and_never_mirror():
    """The map of the pixel grid is read back from the field by least squares."""
    size, n = (28, 28), 2000
    field = aug.affine_field(n, size, np.random.default_rng(0)).astype(float)
    p = (np.indices(size) - 13.5).reshape(2, -1)
    design = np.vstack([p, np.ones(p.shape[1])])
    maps = (field.reshape(n, 2, -1) + p) @ np.linalg.pinv(design)
    A, b = maps[:, :, :2], maps[:, :, 2]
    determinant = np.linalg.det(A)
    assert 0.88**2 - 1e-4 <= determinant.min() and determinant.max() <= 1.12**2 + 1e-4
    assert np.abs(b).max() <= 0.07 * 14 + 1e-4 and np.abs(b).max() > 0.99 * 0.07 * 14
    angle = np.rad2deg(np.arctan2(-A[:, 0, 1], A[:, 1, 1]))
    assert 11.9 < np.abs(angle).max() <= 12 + 1e-3
    factor = np.hypot(A[:, 0, 1], A[:, 1, 1])
    assert 0.119 < np.abs(factor - 1).max() <= 0.12 + 1e-5
    slant = np.einsum("nij,nij->n", A[:, :, :1], A[:, :, 1:]) / factor**2
    assert 0.149 < np.abs(slant).max() <= 0.15 + 1e-5


def test_elastic_fields_are_smooth_and_as_strong_as_said():
    field = aug.elastic_field(4000, (29, 29), np.random.default_rng(0))
    on_the_grid = field[:, :, ::7, ::7]
    assert on_the_grid.std(axis=0) == pytest.approx(0.04 * 14.5, rel=0.06)
    assert np.abs(field.mean(axis=0)).max() < 0.05
    neighbours = np.diff(field, axis=3)
    assert neighbours.std() < 0.35 * field.std()


@pytest.mark.parametrize("grid", [2, 3, 4, 7])
def test_elastic_fields_pass_through_what_was_drawn_on_the_grid(grid):
    side = 6 * (grid - 1) + 1
    field = aug.elastic_field(3, (side, side), np.random.default_rng(0), grid=grid, strength=0.1)
    drawn = np.random.default_rng(0).standard_normal((3, 2, grid, grid)) * 0.1 * side / 2
    assert field[:, :, ::6, ::6] == pytest.approx(drawn, abs=1e-5)


def test_bad_shapes_and_grids_are_named():
    rng = np.random.default_rng(0)
    for shape in [(784,), (5, 783), (1, 1, 1, 28, 28)]:
        with pytest.raises(ValueError, match="images must have shape .*, got"):
            aug.augment(np.zeros(shape), rng)
    with pytest.raises(ValueError, match=r"field must have shape \(5, 2, 28, 28\), got"):
        aug.warp(np.zeros((5, 28, 28)), np.zeros((4, 2, 28, 28)))
    with pytest.raises(ValueError, match="grid must be >= 2, got 1"):
        aug.elastic(np.zeros((5, 28, 28)), rng, grid=1)


def test_a_deformed_digit_is_still_its_digit():
    """A nearest-neighbour classifier, which knows nothing of deformations, mostly agrees."""
    X, y = digits(train=1000).train
    deformed = aug.augment(X, np.random.default_rng(0))
    distance = (deformed**2).sum(1)[:, None] - 2 * deformed @ X.T + (X**2).sum(1)
    assert np.mean(y[distance.argmin(axis=1)] == y) > 0.9
