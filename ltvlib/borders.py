"""Where a border between two kinds of customers could stand: pure functions over sorted bins."""

from __future__ import annotations

import numpy as np


def two_digits(number: float, is_down: bool = False) -> float:
    """Rounded to two significant digits, a border that people can remember; ``is_down`` never rounds up."""
    if number <= 0 or not np.isfinite(number):
        return max(0.0, number) if np.isfinite(number) else number
    places = int(np.floor(np.log10(number))) - 1
    if is_down:
        number = float(np.floor(number / 10.0**places + 1e-9) * 10.0**places)
    return float(round(number / 10.0**places) * 10.0**places) if places >= 0 else float(round(number, -places))


def pareto_border(borders: np.ndarray, margins: np.ndarray, part: float = 0.8) -> float:
    """Smallest border such that customers at or above it bring ``part`` of the profit; nan without profit."""
    total = margins.sum()
    if total <= 0:
        return float("nan")
    running = np.cumsum(margins[::-1])
    place = int(np.argmax(running >= part * total))
    return float(borders[::-1][place])


def natural_break(scale: np.ndarray, counts: np.ndarray, borders: np.ndarray) -> float:
    """Border between two groups with the largest variance between them (Otsu 1979; two-class Jenks); nan for one value."""
    if len(scale) < 2:
        return float("nan")
    weights = counts / counts.sum()
    below, mean_below = np.cumsum(weights)[:-1], np.cumsum(weights * scale)[:-1]
    mean = (weights * scale).sum()
    between = (mean * below - mean_below) ** 2 / (below * (1 - below))
    return float(borders[int(np.argmax(between)) + 1])
