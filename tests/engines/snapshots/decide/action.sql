/* Permitted actions with their best content. */
SELECT
  *
  EXCEPT (place)
FROM content_option
WHERE
  place = 1
