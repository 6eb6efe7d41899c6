-- Permitted actions with their best content.
select * exclude (place, is_new) from content_option where place = 1
