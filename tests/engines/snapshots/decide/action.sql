/* Permitted actions with their best content. */
SELECT
  *
  EXCEPT (place, is_new)
FROM content_option
WHERE
  place = 1
