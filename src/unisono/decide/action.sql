-- Permitted actions with their best content.
select * exclude (place) from content_option where place = 1
