package drivers_test

// topics are what the programs print, in their order. docs/clients.md names all of them: TestClientsPage.
var topics = map[string][]string{
	"TestPsycopg": {
		"connect", "types as parameters", "parameters without a table", "row factories", "transactions", "errors", "prepared statements", "many", "pipeline",
		"server side cursors", "copy", "composing statements", "several statements", "streaming", "cancelling",
	},
}
