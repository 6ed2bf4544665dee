-- From here on a keepsake's name is a hash under the server's key, as everybody can
-- make one without. What stands under the former names is not found any more.
--
-- The same as ../sqlite/3_keepsake_names.sql.

DELETE FROM keepsake;
