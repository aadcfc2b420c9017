package drivers_test

// reflected are the topics of testdata/drivers/python/reflection_program.py.
var reflected = []string{
	"schemas and names", "columns", "keys", "constraints", "indexes", "comments and options", "views", "several at once", "temporary and materialized", "autoload", "metadata", "automap", "pandas",
}

// topics are what the programs print, in their order. docs/clients.md names all of them: TestClientsPage.
var topics = map[string][]string{
	"TestAsyncpg": {
		"connect", "password and TLS", "types", "parameters", "prepared", "transactions", "cursors", "copy", "errors", "special values", "type information", "timeouts", "reset and pool", "large result",
		"enums",
	},
	"TestDbt":    {"seed", "build", "second run", "relations", "documentation"},
	"TestDuckDB": {"attach", "types", "filters", "transactions", "pass through", "large scan"},
	"TestJDBC": {
		"connect", "password and TLS", "transactions", "savepoints", "isolation", "errors", "cancel", "query timeout", "autosave", "getters, text", "getters, binary", "setters",
		"setters, server prepared", "java.time", "special values", "result set metadata", "parameter metadata", "server prepared", "query modes", "fetch size",
		"scrolling", "limits", "batch", "rewritten batch", "generated keys", "several results", "large result", "copy in", "copy out", "copy errors",
	},
	"TestJDBCMetadata": {
		"objects", "catalogs and schemas", "tables", "columns", "keys", "indexes", "row identifiers", "privileges", "types", "functions", "function columns", "not supported", "plain getters",
	},
	"TestNodeORMs": {
		"objects", "sequelize: introspection", "sequelize: models", "sequelize: keys by the server", "typeorm: introspection", "typeorm: entities", "typeorm: keys by the server", "knex: introspection", "knex: schema and queries", "pg-promise",
	},
	"TestNodePostgres": {
		"connect", "password and TLS", "returning", "types", "parameters", "named statements", "transactions", "several statements", "queued queries", "errors", "cursor", "query stream", "copy from",
		"copy to", "notices", "pool", "timeouts and cancel", "large result",
	},
	"TestPgbench": {"select", "insert", "transactions", "pipeline", "connections", "own_tables"},
	"TestPgcli":   {"start", "completion queries", "functions", "definitions", "completion", "commands", "script"},
	"TestPgx": {
		"connect", "password and TLS", "modes: cache statement", "modes: cache describe", "modes: describe exec", "modes: exec", "modes: simple protocol", "types", "null and special values",
		"batch", "pipeline", "copy from", "transactions", "errors", "rows to structs", "type information", "several statements", "cancel by context", "cancel request", "large scan", "notices", "pool",
	},
	"TestPostgresJS": {
		"connect", "password and TLS", "types", "arrays", "many rows", "transactions", "errors", "several statements", "cursor", "describe", "copy", "notices", "cancel", "large result",
	},
	"TestPq": {
		"connect", "password and TLS", "types", "types, binary parameters", "prepared", "transactions", "copy in", "arrays", "errors", "several results", "cancel", "large scan",
	},
	"TestPsql": {
		"statements", "formats", "variables", "gexec", "gdesc", "crosstabview", "watch", "copy", "transactions", "errors", "fetch count", "prepared and cursors", "settings",
		"files", "password and TLS", "reconnect", "messages",
	},
	"TestPsycopg": {
		"connect", "password and TLS", "types as parameters", "parameters without a table", "row factories", "transactions", "errors", "prepared statements", "many", "pipeline",
		"server side cursors", "copy", "composing statements", "several statements", "type information", "streaming", "cancelling", "enums",
	},
	"TestPsycopg2": {
		"connect", "password and TLS", "types", "cursors", "named cursors", "transactions", "many", "copy", "errors", "cancelling", "large result",
	},
	"TestReflection":   reflected,
	"TestReflection14": reflected,
	"TestSQLAlchemy": {
		"core psycopg", "orm psycopg", "keys psycopg", "levels psycopg", "enums psycopg", "core psycopg2", "orm psycopg2", "keys psycopg2", "levels psycopg2",
		"enums psycopg2", "orm asyncpg",
	},
}
