"""Errors keep what they say on their way between processes."""

import pickle

from unisono.errors import ProblemsError, SourceError


def test_an_error_survives_the_way_between_processes() -> None:
    error = SourceError("UN2001", "no file", where="sources.yaml:3:1", hint="write one")
    came = pickle.loads(pickle.dumps(error))
    assert type(came) is SourceError
    assert (came.code, came.message, came.where, came.hint) == (
        "UN2001",
        "no file",
        "sources.yaml:3:1",
        "write one",
    )
    assert str(came) == str(error)


def test_many_problems_at_once_survive_it_too() -> None:
    problems = ProblemsError(
        [SourceError("UN2001", "no file"), SourceError("UN2004", "an empty file", where="a.csv")]
    )
    came = pickle.loads(pickle.dumps(problems))
    assert str(came) == str(problems)
    assert [each.code for each in came.problems] == ["UN2001", "UN2004"]
