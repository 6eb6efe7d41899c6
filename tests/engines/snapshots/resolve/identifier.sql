/* Licence numbers that identify the record that has them. */
SELECT
  r.record_key,
  i.field,
  r.licence_id AS value,
  i.position
FROM match_record AS r
INNER JOIN playbook_identifier AS i
  ON i.field = 'licence_id'
WHERE
  NOT r.licence_id IS NULL
