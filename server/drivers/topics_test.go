package drivers_test

// topics are what the programs print, in their order. docs/clients.md names all of them: TestClientsPage.
var topics = map[string][]string{
	"TestJDBC": {
		"connect", "transactions", "savepoints", "isolation", "errors", "cancel", "query timeout", "autosave", "getters, text", "getters, binary", "setters",
		"setters, server prepared", "java.time", "special values", "result set metadata", "parameter metadata", "server prepared", "query modes", "fetch size",
		"scrolling", "limits", "batch", "rewritten batch", "several results", "large result", "copy in", "copy out", "copy errors",
	},
	"TestNodePostgres": {
		"connect", "types", "parameters", "named statements", "transactions", "several statements", "queued queries", "errors", "cursor", "query stream", "copy from",
		"copy to", "notices", "pool", "timeouts and cancel", "large result",
	},
	"TestPostgresJS": {
		"connect", "types", "arrays", "many rows", "transactions", "errors", "several statements", "cursor", "describe", "copy", "notices", "cancel", "large result",
	},
	"TestPq": {
		"connect", "types", "types, binary parameters", "prepared", "transactions", "copy in", "arrays", "errors", "several results", "cancel", "large scan",
	},
	"TestPsycopg": {
		"connect", "types as parameters", "parameters without a table", "row factories", "transactions", "errors", "prepared statements", "many", "pipeline",
		"server side cursors", "copy", "composing statements", "several statements", "streaming", "cancelling",
	},
}
