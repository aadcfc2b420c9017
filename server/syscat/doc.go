// Package syscat shows a version of the database as PostgreSQL 15's system catalogs do: rows of pg_class, pg_attribute and so on, and what functions
// such as format_type and pg_get_constraintdef say of its objects.
//
// It owns the way from catalog.Database to those rows. What every database has comes from internal/pgcatalog. It runs no query and keeps no rows: server/session
// asks it, puts the rows where the engine reads them, and passes the calls of functions on.
//
// # Design
//
// OIDs of schemas, tables, views and sequences are those of the catalog. Objects that PostgreSQL makes beside them (row types, constraints and
// their indexes, defaults, rules) have OIDs computed from the table's, so that they stay the same through restarts and on every server.
package syscat
