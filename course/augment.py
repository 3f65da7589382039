r"""More digits from those there are: small random rotations, shears, scalings, shifts and bends.

Every deformation is a *field*: for each pixel of the new image, how far away in the old one its
value is fetched, in pixels. Fields add up, so that several deformations cost one interpolation,
by SciPy, and blur once. There are no flips: the mirror image of a 2 is not a 2.

Images are arrays of shape (n, h, w), (n, c, h, w), or (n, d) with flattened square images.
"""

from __future__ import annotations

import math

import numpy as np

__all__ = ["affine", "affine_field", "augment", "elastic", "elastic_field", "warp"]


def augment(images: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Deform images by `affine_field` and `elastic_field` at once, with their default strengths.

    Parameters
    ----------
    images : ndarray of shape (n, h, w), (n, c, h, w) or (n, d)
        Not changed.
    rng : numpy.random.Generator
        Source of chance.

    Returns
    -------
    ndarray of the shape and dtype of `images`

    Examples
    --------
    >>> from course.data import digits
    >>> X, y = digits(train=8).train
    >>> augment(X, np.random.default_rng(0)).shape
    (8, 784)
    """
    n, size = len(images), _size(images)
    return warp(images, affine_field(n, size, rng) + elastic_field(n, size, rng))


def affine(images: np.ndarray, rng: np.random.Generator, **strength: float) -> np.ndarray:
    """Deform images by `affine_field`, whose keyword arguments this takes; else as `augment`."""
    return warp(images, affine_field(len(images), _size(images), rng, **strength))


def elastic(images: np.ndarray, rng: np.random.Generator, **strength: float) -> np.ndarray:
    """Deform images by `elastic_field`, whose keyword arguments this takes; else as `augment`."""
    return warp(images, elastic_field(len(images), _size(images), rng, **strength))


def affine_field(
    n: int,
    size: tuple[int, int],
    rng: np.random.Generator,
    *,
    degrees: float = 12.0,
    scale: float = 0.12,
    shear: float = 0.15,
    shift: float = 0.07,
) -> np.ndarray:
    r"""Draw a rotation, a scaling, a shear and a shift for each of n images.

    Parameters
    ----------
    n : int
        Number of images.
    size : (int, int)
        Height and width, in pixels.
    rng : numpy.random.Generator
        Source of chance. All that follows is uniform between minus and plus the strength.
    degrees : float
        Of the rotation.
    scale : float
        Relative change of size.
    shear : float
        How far a row moves sideways, as a part of its distance from the centre.
    shift : float
        Along either axis, as a part of half the image.

    Returns
    -------
    ndarray of shape (n, 2, h, w), float32
        Displacements down and to the right, in pixels.

    Notes
    -----
    With positions :math:`p` from the centre of the image, the value at :math:`p` is fetched at
    :math:`A p + b`, where :math:`A` is the product of rotation, scaling and shear; the field is
    :math:`A p + b - p`.
    """
    half = np.array([side / 2 for side in size])
    angle = np.deg2rad(rng.uniform(-degrees, degrees, n))
    factor = 1 + rng.uniform(-scale, scale, n)
    slant = rng.uniform(-shear, shear, n)
    b = half * rng.uniform(-shift, shift, (n, 2))

    cos, sin, one, zero = np.cos(angle), np.sin(angle), np.ones(n), np.zeros(n)
    rotation = np.array([[cos, -sin], [sin, cos]]).transpose(2, 0, 1)
    shearing = np.array([[one, zero], [slant, one]]).transpose(2, 0, 1)
    A = factor[:, np.newaxis, np.newaxis] * rotation @ shearing
    p = _pixels(size) - (np.array(size) - 1).reshape(2, 1, 1) / 2
    field = np.tensordot(A - np.eye(2), p, axes=1) + b[:, :, np.newaxis, np.newaxis]
    return field.astype(np.float32)


def elastic_field(
    n: int,
    size: tuple[int, int],
    rng: np.random.Generator,
    *,
    grid: int = 5,
    strength: float = 0.04,
) -> np.ndarray:
    """Draw a smooth random bending for each of n images.

    Parameters
    ----------
    n : int
        Number of images.
    size : (int, int)
        Height and width, in pixels.
    rng : numpy.random.Generator
        Source of chance.
    grid : int, at least 2
        Displacements are drawn on so many by so many points, the outermost on the border of the
        image, and interpolated between them.
    strength : float
        Standard deviation of a displacement there, as a part of half the image.

    Returns
    -------
    ndarray of shape (n, 2, h, w), float32
        Displacements down and to the right, in pixels.

    References
    ----------
    Simard, Steinkraus and Platt (2003), "Best practices for convolutional neural networks applied
    to visual document analysis". They smooth noise on all pixels with a Gaussian instead.
    """
    if grid < 2:
        raise ValueError(f"grid must be >= 2, got {grid!r}")
    half = np.array([side / 2 for side in size]).reshape(2, 1, 1)
    coarse = half * strength * rng.standard_normal((n, 2, grid, grid))
    down, right = (_spline_weights(grid, side) for side in size)
    return (down @ coarse @ right.T).astype(np.float32)


def warp(images: np.ndarray, field: np.ndarray) -> np.ndarray:
    """Fetch every pixel from where the field says; bilinear, and zero outside of the image.

    Parameters
    ----------
    images : ndarray of shape (n, h, w), (n, c, h, w) or (n, d)
        Not changed.
    field : ndarray of shape (n, 2, h, w)
        Displacements down and to the right, in pixels; the same for all channels.

    Returns
    -------
    ndarray of the shape and dtype of `images`

    Raises
    ------
    ValueError
        If the shapes do not fit.

    Examples
    --------
    >>> image = np.arange(4.0).reshape(1, 2, 2)
    >>> one_from_the_right = np.array([0.0, 1.0]).reshape(1, 2, 1, 1) * np.ones((1, 2, 2, 2))
    >>> warp(image, one_from_the_right)
    array([[[1., 0.],
            [3., 0.]]])
    """
    from scipy.ndimage import map_coordinates

    size = _size(images)
    if field.shape != (len(images), 2, *size):
        raise ValueError(f"field must have shape {(len(images), 2, *size)}, got {field.shape}")
    places = _pixels(size) + field
    stacks = images.reshape(len(images), -1, *size)
    result = np.empty_like(stacks)
    for channels, place, output in zip(stacks, places, result, strict=True):
        for channel, target in zip(channels, output, strict=True):
            map_coordinates(channel, place, output=target, order=1, mode="grid-constant")
    return result.reshape(images.shape)


def _size(images: np.ndarray) -> tuple[int, int]:
    """Return height and width of images in one of the three shapes."""
    if images.ndim in (3, 4):
        return images.shape[-2:]
    if images.ndim == 2 and math.isqrt(images.shape[1]) ** 2 == images.shape[1]:
        return (math.isqrt(images.shape[1]),) * 2
    raise ValueError(
        f"images must have shape (n, h, w), (n, c, h, w) or (n, h * h), got {images.shape}"
    )


def _pixels(size: tuple[int, int]) -> np.ndarray:
    """Return the positions of all pixels, down and to the right: shape (2, h, w)."""
    return np.indices(size, dtype=np.float32)


def _spline_weights(grid: int, side: int) -> np.ndarray:
    """Return the matrix (side, grid) that interpolates from `grid` points to `side` pixels."""
    from scipy.interpolate import make_interp_spline

    degree = min(3, grid - 1)
    spline = make_interp_spline(np.linspace(0, 1, grid), np.eye(grid), k=degree)
    return spline(np.linspace(0, 1, side))
