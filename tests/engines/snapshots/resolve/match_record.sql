/* Source records as they are compared: trimmed and in lower case. Numbers made of zeros and dashes are no licences. */
SELECT
  system || ':' || source_record_id AS record_key,
  system,
  source_record_id,
  kind,
  LOWER(TRIM(given_name)) AS given_name,
  LOWER(TRIM(family_name)) AS family_name,
  NULL AS initials,
  LOWER(TRIM(specialty)) AS specialty,
  LOWER(TRIM(institution)) AS institution,
  LOWER(TRIM(city)) AS place,
  LOWER(TRIM(region)) AS region,
  LOWER(TRIM(postal_code)) AS postal_code,
  LOWER(TRIM(country)) AS country,
  LOWER(TRIM(email)) AS email,
  NULL AS email_domain,
  TRIM(phone) AS phone,
  CASE
    WHEN TRIM(licence_id) RLIKE '^[0-]*$'
    THEN NULL
    ELSE LOWER(TRIM(licence_id))
  END AS licence_id,
  MD5(system || ':' || source_record_id) AS fingerprint
FROM source_record
