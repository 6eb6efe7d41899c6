"""HiGHS on the linear program: interior point and simplex."""

from __future__ import annotations

import highspy
import numpy as np

from .instance import Answer, Instance
from .lp import LinearProgram, linear_program


def ipm(instance: Instance) -> Answer:
    """Interior point (IPX) without crossover: a vertex is not asked for, and the optimum is as exact."""
    return _solve(linear_program(instance), solver="ipx", run_crossover="off", presolve="off")


def simplex(instance: Instance) -> Answer:
    """Dual simplex."""
    return _solve(linear_program(instance), solver="simplex")


def _solve(program: LinearProgram, **options: str) -> Answer:
    solver = highspy.Highs()
    solver.setOptionValue("output_flag", False)
    solver.setOptionValue("threads", 1)
    for name, value in options.items():
        solver.setOptionValue(name, value)
    solver.passModel(_model(program))
    solver.run()
    status = solver.modelStatusToString(solver.getModelStatus())
    if not solver.getSolution().dual_valid:
        return Answer(status=status)
    duals = np.asarray(solver.getSolution().row_dual)
    return Answer(
        objective=-solver.getInfo().objective_function_value, prices=program.prices(duals), status=status
    )


def _model(program: LinearProgram) -> highspy.HighsLp:
    model = highspy.HighsLp()
    model.num_row_, model.num_col_ = program.matrix.shape
    model.col_cost_ = program.cost
    model.col_lower_, model.col_upper_ = np.zeros(model.num_col_), np.ones(model.num_col_)
    model.row_lower_, model.row_upper_ = program.lower, program.upper
    model.a_matrix_.format_ = highspy.MatrixFormat.kColwise
    model.a_matrix_.start_ = program.matrix.indptr
    model.a_matrix_.index_ = program.matrix.indices
    model.a_matrix_.value_ = program.matrix.data
    return model
