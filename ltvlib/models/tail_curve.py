"""The tail integral for many moments and few numbers of orders: a smooth curve by number of orders, drawn through few points.

A fit asks for I(m, n, t) at every day t for every number of orders. As functions of log(t + the faster scale) log I and its
derivatives are smooth, so the polynomial through 24 Chebyshev points is as good as the integral: where the last coefficients
show that it is not, the integral itself is taken. Source: Trefethen (2013), Approximation theory and approximation
practice, chapters 3 and 8.
"""

from __future__ import annotations

import numpy as np

from ltvlib.models.tail_integral import Tail, tail_integral

_POINTS = 24
_WORTH_IT = 32
_NEGLIGIBLE = 1e-11
_ANGLES = (np.arange(_POINTS) + 0.5) * np.pi / _POINTS
_TO_COEFFICIENTS = np.cos(np.outer(_ANGLES, np.arange(_POINTS))) * np.where(np.arange(_POINTS) > 0, 2.0, 1.0) / _POINTS


def tail_curve(alpha: float, beta: float, m: np.ndarray, n: float, t: np.ndarray) -> Tail:
    """:func:`~ltvlib.models.tail_integral.tail_integral` with slopes to about 1e-11, cheap where equal ``m`` stand together."""
    begins = np.flatnonzero(np.diff(m, prepend=np.nan) != 0)
    sizes = np.diff(begins, append=len(m))
    long = np.flatnonzero(sizes > _WORTH_IT)
    if not long.size:
        return tail_integral(alpha, beta, m, n, t)
    u = np.log(min(alpha, beta) + t)
    middle, half = (u.max() + u.min()) / 2, (u.max() - u.min()) / 2 or 1.0
    moments = np.exp(middle + half * np.cos(_ANGLES)) - min(alpha, beta)
    curves = _coefficients(alpha, beta, m[begins[long]], n, np.maximum(moments, 0.0))
    size = np.abs(curves).max(axis=2)
    size[:, 0] = 1.0
    smooth = (np.abs(curves[:, :, -2:]).max(axis=2) < _NEGLIGIBLE * size).all(axis=1)
    basis, out, is_left = _chebyshev((u - middle) / half), np.empty((5, len(m))), np.ones(len(m), dtype=bool)
    for group, curve in zip(long[smooth], curves[smooth], strict=True):
        rows = slice(begins[group], begins[group] + sizes[group])
        out[:, rows], is_left[rows] = curve @ basis[:, rows], False
    out[:, is_left] = tail_integral(alpha, beta, m[is_left], n, t[is_left]).rows
    return Tail(*out)


def _coefficients(alpha: float, beta: float, m: np.ndarray, n: float, moments: np.ndarray) -> np.ndarray:
    """Chebyshev coefficients of log I and its four means: numbers of orders x 5 x points."""
    at = tail_integral(alpha, beta, np.repeat(m, _POINTS), n, np.tile(moments, len(m)))
    return np.asarray(at.rows.reshape(5, len(m), _POINTS).transpose(1, 0, 2) @ _TO_COEFFICIENTS)


def _chebyshev(z: np.ndarray) -> np.ndarray:
    """Chebyshev polynomials at ``z``, degrees x places."""
    basis = np.empty((_POINTS, len(z)))
    basis[0], basis[1] = 1.0, z
    for degree in range(2, _POINTS):
        np.multiply(2.0 * z, basis[degree - 1], out=basis[degree])
        basis[degree] -= basis[degree - 2]
    return basis
