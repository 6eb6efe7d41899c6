/* Every suggestion of the run, of both sides of the wall. */
SELECT
  *
FROM commercial_decision
UNION ALL
SELECT
  *
FROM medical_decision
