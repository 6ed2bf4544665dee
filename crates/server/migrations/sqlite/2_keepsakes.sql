-- What people keep at hand, and what a site settled: favourites, choices, lists.
-- The name is a hash, the thing itself is sealed; what the whole site shares has
-- an empty user name.
--
-- The same table as ../postgres/2_keepsakes.sql.

CREATE TABLE keepsake (
    site      TEXT   NOT NULL,
    user_name TEXT   NOT NULL,
    kind      TEXT   NOT NULL,
    name      BLOB   NOT NULL,
    sealed    BLOB   NOT NULL,
    at_ms     BIGINT NOT NULL,
    PRIMARY KEY (site, user_name, kind, name)
);
CREATE INDEX keepsake_newest ON keepsake (site, user_name, kind, at_ms);
