/* Experiment arm by salted hash: the same customer is in the same arm in every run. */
SELECT
  c.customer_id,
  a.arm,
  a.suggests
FROM customer AS c
CROSS JOIN playbook_policy AS p
INNER JOIN playbook_arm AS a
  ON SUBSTRING(MD5(p.salt || '|' || c.customer_id), 1, 8) >= a.from_hash
  AND SUBSTRING(MD5(p.salt || '|' || c.customer_id), 1, 8) < a.until_hash
