"""How well clusters agree with the true ones, from two labels a record alone."""

from __future__ import annotations

import numpy as np


def agreement(gold: np.ndarray, found: np.ndarray) -> dict[str, float]:
    """Return pairwise precision, recall and f1, and the F1 of B-cubed, of n labels against n true ones.

    A pair is two records with one label, so clusters count with all pairs inside them. Where there is no pair to be
    right or wrong about, precision or recall is 1. B-cubed: Bagga and Baldwin (1998).
    """
    true, both = _sizes(gold), _sizes(gold, found)
    ours = _sizes(found)
    hits = (both - 1).sum()
    precision, recall = _share(hits, (ours - 1).sum()), _share(hits, (true - 1).sum())
    return {
        "precision": precision,
        "recall": recall,
        "f1": _harmonic(precision, recall),
        "b3_f1": _harmonic(float((both / ours).mean()), float((both / true).mean())),
    }


def _sizes(*labels: np.ndarray) -> np.ndarray:
    """Return for each record how many have all the same labels."""
    codes = np.stack([np.unique(label, return_inverse=True)[1] for label in labels])
    _, code, count = np.unique(codes, axis=1, return_inverse=True, return_counts=True)
    return np.asarray(count[code.ravel()])


def _share(part: float, whole: float) -> float:
    return float(part / whole) if whole else 1.0


def _harmonic(first: float, second: float) -> float:
    return 2 * first * second / (first + second) if first + second else 0.0
