"""OR-tools PDLP on the linear program, to a relative 1e-4: its objective is near the optimum on either side."""

from __future__ import annotations

import numpy as np
from ortools.pdlp import solve_log_pb2, solvers_pb2
from ortools.pdlp.python import pdlp

from .instance import Answer, Instance
from .lp import linear_program

TOLERANCE = 1e-4


def solve(instance: Instance) -> Answer:
    """Primal-dual hybrid gradient; the duals' signs are made right, so that the bound holds at any precision."""
    program = linear_program(instance)
    model = pdlp.QuadraticProgram()
    model.objective_vector = program.cost
    model.constraint_matrix = program.matrix
    model.constraint_lower_bounds, model.constraint_upper_bounds = program.lower, program.upper
    model.variable_lower_bounds = np.zeros(len(program.cost))
    model.variable_upper_bounds = np.ones(len(program.cost))
    parameters = solvers_pb2.PrimalDualHybridGradientParams(num_threads=1)
    criteria = parameters.termination_criteria.simple_optimality_criteria
    criteria.eps_optimal_relative = criteria.eps_optimal_absolute = TOLERANCE
    found = pdlp.primal_dual_hybrid_gradient(model, parameters)
    reason = solve_log_pb2.TerminationReason.Name(found.solve_log.termination_reason)
    return Answer(
        objective=-float(program.cost @ found.primal_solution),
        prices=program.prices(np.asarray(found.dual_solution)),
        status=reason.removeprefix("TERMINATION_REASON_").capitalize(),
    )
