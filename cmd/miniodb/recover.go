package main

import (
	"github.com/spf13/cobra"

	"github.com/miniodb/miniodb/internal/logging"
	"github.com/miniodb/miniodb/server"
)

func recoverCommand() *cobra.Command {
	var o server.RecoverOptions
	cmd := &cobra.Command{
		Use: "recover {--list | --from-storage | --backup NAME}", Short: "Rebuild the index, or bring the catalog back, while the server is stopped", Args: cobra.NoArgs,
		Long: `--from-storage makes the index (Redis, or index.db) what the logs in the object store say. It needs no backup.
--backup brings back a catalog log that is lost or damaged, and table logs that are, from a backup that CALL backup_metadata() made.
--list prints these backups. A running server has CALL recover_metadata() for the same.`,
		Example: "  miniodb recover --data-dir /var/lib/miniodb --backup 20260102T030405Z-1a2b3c4d --dry-run",
	}
	load := settingFlags(cmd)
	f := cmd.Flags()
	f.BoolVar(&o.List, "list", false, "print the backups of metadata")
	f.BoolVar(&o.FromStorage, "from-storage", false, "rebuild the index from the logs")
	f.StringVar(&o.Backup, "backup", "", "name of the backup to recover from")
	f.BoolVar(&o.DryRun, "dry-run", false, "with --backup: only print what would be done")
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		cfg, err := load()
		if err != nil {
			return err
		}
		log, err := logging.New(cmd.ErrOrStderr(), cfg.Server.LogLevel, cfg.Server.LogFormat)
		if err != nil {
			return err
		}
		return server.Recover(cmd.Context(), cfg, o, log, cmd.OutOrStdout())
	}
	return cmd
}
