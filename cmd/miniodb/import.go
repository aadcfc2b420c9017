package main

import (
	"os"

	"github.com/spf13/cobra"
	"golang.org/x/term"

	"github.com/miniodb/miniodb/server"
)

func importCommand() *cobra.Command {
	var o server.ImportOptions
	cmd := &cobra.Command{
		Use:   "import --table TABLE FILE...",
		Short: "Load CSV, Parquet or JSON-lines files into a table of a running server",
		Long: `Each file is one COPY: it is imported whole or not at all. Columns are matched by name, or by position when a CSV file has no
header; columns that a file lacks get their default. Compressed files (.gz, .zst) are read as they are.
Connection settings not given come from PGHOST, PGPORT, PGUSER, PGDATABASE and PGPASSWORD.`,
		Example: "  miniodb import --create --table flights flights-3m.parquet",
		RunE: func(cmd *cobra.Command, args []string) error {
			o.Files, o.Out = args, cmd.ErrOrStderr()
			o.Terminal = term.IsTerminal(int(os.Stderr.Fd()))
			return server.Import(cmd.Context(), o)
		},
	}
	f := cmd.Flags()
	f.StringVarP(&o.Table, "table", "t", "", "table, or schema.table")
	f.BoolVar(&o.Create, "create", false, "make the table from the first file's columns")
	f.StringVar(&o.Format, "format", "", "csv, parquet or json (default: by extension)")
	f.StringVar(&o.URL, "url", "", "postgres://user:password@host:port/database, instead of the next four")
	f.StringVar(&o.Host, "host", "", "server (default 127.0.0.1)")
	f.IntVarP(&o.Port, "port", "p", 0, "port (default 5432)")
	f.StringVarP(&o.User, "user", "U", "", "role (default miniodb)")
	f.StringVarP(&o.Database, "database", "d", "", "database (default miniodb)")
	return cmd
}
