"""Other projects' arithmetic as oracle: pymcdm and scikit-criteria on problems drawn by chance.

Each library scales the matrix by itself, from raw values, directions and weights, and has to come to the same
figures as a ranking. PROMETHEE II is not in scikit-criteria, where a count of all pairs stands in its place.
"""

from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
import pymcdm.methods as pymcdm
import pytest
import skcriteria
from pymcdm import normalizations
from skcriteria.agg.simple import WeightedProductModel, WeightedSumModel
from skcriteria.agg.topsis import TOPSIS
from skcriteria.pipelines import mkpipe
from skcriteria.preprocessing.invert_objectives import NegateMinimize
from skcriteria.preprocessing.scalers import CenitDistanceMatrixScaler, VectorScaler

from vfm.prioritisation.criteria import Criterion
from vfm.prioritisation.facts import ServiceFacts
from vfm.prioritisation.methods import LEAST_FACTOR, MethodName
from vfm.prioritisation.ranking import rank
from vfm.prioritisation.scales import Floats

PROBLEMS = range(80)
NEAR = 1e-9


@dataclass(frozen=True)
class Choice:
    """A matrix, weights and, per criterion, 1 where more raises the priority and -1 where it lowers it."""

    matrix: Floats
    weights: Floats
    signs: Any

    def index(self, method: MethodName) -> Floats:
        """What a ranking makes of it, in the order of the rows."""
        criteria = [
            Criterion(
                f"c{j}",
                weight=weight,
                direction="higher" if sign > 0 else "lower",
                goalposts=(column.min(), column.max()) if np.ptp(column) else None,
            )
            for j, (column, weight, sign) in enumerate(
                zip(self.matrix.T, self.weights.tolist(), self.signs.tolist(), strict=True)
            )
        ]
        services = [
            ServiceFacts(f"s{i:03}", values={f"c{j}": x for j, x in enumerate(row)})
            for i, row in enumerate(self.matrix.tolist())
        ]
        ranking = rank(services, criteria, on=date(2026, 11, 27), draws=0, method=method)
        found = {service.key: service.index for service in ranking.services}
        return np.array([found[service.key] for service in services], dtype=np.float64)

    def decision(self) -> Any:
        """The same for scikit-criteria."""
        return skcriteria.mkdm(self.matrix, objectives=self.signs.tolist(), weights=self.weights)

    def pymcdm(self, method: Any) -> Any:
        """What a method of pymcdm makes of it."""
        return method(self.matrix, self.weights, self.signs, validation=False)


def drawn(seed: int, *, constant: bool = False) -> Choice:
    """Up to 25 rows and 7 criteria; every second problem is full of ties, and columns may be constant."""
    chance = np.random.default_rng(seed)
    rows, m = int(chance.integers(2, 26)), int(chance.integers(1, 8))
    matrix = chance.integers(1, 6, (rows, m)) * 1.0 if seed % 2 else chance.uniform(0.5, 5_000, (rows, m))
    for j in range(m):
        if not np.ptp(matrix[:, j]):
            matrix[0, j] += 1
    if constant:
        matrix[:, int(chance.integers(m))] = 3
    weights = chance.uniform(0.05, 1, m)
    return Choice(matrix, weights / weights.sum(), np.where(chance.random(m) < 0.4, -1, 1))


@pytest.mark.parametrize("seed", PROBLEMS)
def test_weighted_sum(seed: int) -> None:
    problem = drawn(seed)
    ours = problem.index("additive") / 100
    theirs = problem.pymcdm(pymcdm.WSM(normalizations.minmax_normalization))
    assert ours == pytest.approx(theirs, abs=NEAR)
    scaled = Choice(normalized(problem), problem.weights, np.ones_like(problem.signs))
    assert ours == pytest.approx(WeightedSumModel().evaluate(scaled.decision()).e_.score, abs=NEAR)


@pytest.mark.parametrize("seed", PROBLEMS)
def test_weighted_product(seed: int) -> None:
    problem = drawn(seed)
    u = normalized(problem)
    ours = problem.index("geometric") / 100
    lifted = Choice(np.maximum(u, LEAST_FACTOR), problem.weights, np.ones_like(problem.signs))
    assert ours == pytest.approx(lifted.pymcdm(pymcdm.WPM(as_it_is)), abs=NEAR)
    logs = WeightedProductModel().evaluate(lifted.decision()).e_.score
    assert ours == pytest.approx(10 ** np.asarray(logs), abs=NEAR)


@pytest.mark.parametrize("constant", [False, True])
@pytest.mark.parametrize("seed", PROBLEMS)
def test_topsis(seed: int, constant: bool) -> None:
    problem = drawn(seed, constant=constant)
    if all(not np.ptp(column) for column in problem.matrix.T):
        assert problem.index("topsis").tolist() == [50.0] * len(problem.matrix)  # theirs is 0 / 0
        return
    ours = problem.index("topsis") / 100
    theirs = problem.pymcdm(pymcdm.TOPSIS(normalizations.vector_normalization))
    assert ours == pytest.approx(theirs, abs=NEAR)
    scaled = mkpipe(NegateMinimize(), VectorScaler("matrix"), TOPSIS()).evaluate(problem.decision())
    assert ours == pytest.approx(np.asarray(scaled.e_.similarity), abs=NEAR)


@pytest.mark.parametrize("constant", [False, True])
@pytest.mark.parametrize("seed", PROBLEMS)
def test_promethee_two(seed: int, constant: bool) -> None:
    problem = drawn(seed, constant=constant)
    ours = problem.index("promethee2") / 100
    assert ours == pytest.approx(problem.pymcdm(pymcdm.PROMETHEE_II("usual")), abs=NEAR)
    signed = problem.matrix * problem.signs
    pairs = np.sign(signed[:, None, :] - signed[None, :, :]).sum(axis=1) / (len(signed) - 1)
    assert ours == pytest.approx(pairs @ problem.weights, abs=NEAR)


@pytest.mark.parametrize("seed", PROBLEMS)
def test_a_weighted_sum_of_values_turned_upside_down_ranks_the_same(seed: int) -> None:
    """A criterion that lowers the priority and the same figures with another sign are one criterion."""
    problem = drawn(seed)
    turned = Choice(problem.matrix * problem.signs, problem.weights, np.ones_like(problem.signs))
    assert problem.index("additive") == pytest.approx(turned.index("additive"), abs=NEAR)


def normalized(problem: Choice) -> Floats:
    """u by scikit-criteria's own scaling."""
    found = CenitDistanceMatrixScaler().transform(problem.decision())
    return np.asarray(found.matrix, dtype=np.float64)


def as_it_is(column: Any, **_: Any) -> Any:
    """The values need no scaling."""
    return column
