// Command miniodb is the server and its tools: it reads the command line and leaves the work to package server.
package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"

	"github.com/spf13/cobra"

	"github.com/miniodb/miniodb/config"
	"github.com/miniodb/miniodb/server"
)

func main() { os.Exit(run(os.Args[1:], os.Stdout, os.Stderr)) }

// run executes one command line and returns the exit status: 0, or 1 after one error on stderr.
func run(args []string, stdout, stderr io.Writer) int {
	ctx, stop := interruptible(stderr)
	defer stop()
	root := rootCommand()
	root.SetArgs(args)
	root.SetOut(stdout)
	root.SetErr(stderr)
	if err := root.ExecuteContext(ctx); err != nil {
		fmt.Fprintf(stderr, "miniodb: %v\n", err)
		return 1
	}
	return 0
}

// interruptible returns a context that SIGINT or SIGTERM ends, for an orderly stop. A second signal ends the process at once: nothing
// acknowledged depends on an orderly stop.
func interruptible(stderr io.Writer) (context.Context, func()) {
	ctx, cancel := context.WithCancel(context.Background())
	signals := make(chan os.Signal, 2)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM)
	quit, done := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(done)
		for first := true; ; first = false {
			select {
			case <-quit:
				return
			case s := <-signals:
				if !first {
					fmt.Fprintf(stderr, "miniodb: second signal (%s), ending at once\n", s)
					os.Exit(1)
				}
				cancel()
			}
		}
	}()
	return ctx, func() {
		signal.Stop(signals)
		close(quit)
		<-done
		cancel()
	}
}

func rootCommand() *cobra.Command {
	root := &cobra.Command{
		Use:   "miniodb",
		Short: "A PostgreSQL-compatible analytical database",
		Long: `MiniODB answers PostgreSQL clients, executes with DuckDB and keeps tables as Parquet files in Delta Lake tables.

Without a command it starts a server. Without configuration the server keeps everything in ./miniodb-data and listens on this
machine only. Every setting that "miniodb config reference" lists is a flag (--server.data-dir), too.`,
		Args:          cobra.NoArgs,
		SilenceUsage:  true,
		SilenceErrors: true,
	}
	root.CompletionOptions.HiddenDefaultCmd = true
	root.RunE = serve(settingFlags(root))
	root.AddCommand(serverCommand(), importCommand(), checkCommand(), recoverCommand(), configCommand(), certsCommand(), versionCommand())
	return root
}

func versionCommand() *cobra.Command {
	return &cobra.Command{
		Use: "version", Short: "Print the version", Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			_, err := fmt.Fprintln(cmd.OutOrStdout(), "miniodb", server.Version)
			return err
		},
	}
}

// settingFlags adds --config and a flag for every setting, and returns what loads them.
func settingFlags(cmd *cobra.Command) func() (*config.Config, error) {
	file := cmd.Flags().String("config", "", "YAML file with settings (MINIODB_CONFIG)")
	values := config.Flags(cmd.Flags())
	return func() (*config.Config, error) {
		if *file == "" {
			*file = os.Getenv("MINIODB_CONFIG")
		}
		return config.Load(config.Source{File: *file, Environ: os.Environ(), Flags: values()})
	}
}
