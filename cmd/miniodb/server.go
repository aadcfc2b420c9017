package main

import (
	"fmt"
	"net"

	"github.com/spf13/cobra"

	"github.com/miniodb/miniodb/config"
	"github.com/miniodb/miniodb/internal/logging"
	"github.com/miniodb/miniodb/server"
)

func serverCommand() *cobra.Command {
	cmd := &cobra.Command{Use: "server", Short: "Start a server (the default)", Args: cobra.NoArgs}
	cmd.RunE = serve(settingFlags(cmd))
	return cmd
}

// serve runs a server until a signal. The log goes to stderr; stdout gets the line to connect with.
func serve(load func() (*config.Config, error)) func(*cobra.Command, []string) error {
	return func(cmd *cobra.Command, _ []string) error {
		cfg, err := load()
		if err != nil {
			return err
		}
		log, err := logging.New(cmd.ErrOrStderr(), cfg.Server.LogLevel, cfg.Server.LogFormat)
		if err != nil {
			return err
		}
		for _, w := range cfg.Warnings {
			log.Warn().Str("component", "config").Msg(w)
		}
		return server.Run(cmd.Context(), cfg, log, func(a server.Addrs) {
			fmt.Fprintf(cmd.OutOrStdout(), "MiniODB %s is ready. Connect with:\n\n    %s\n\n", server.Version, psqlLine(a.PG))
		})
	}
}

// psqlLine is the command that connects to addr from this machine.
func psqlLine(addr net.Addr) string {
	host, port, err := net.SplitHostPort(addr.String())
	if ip := net.ParseIP(host); err != nil || ip == nil || ip.IsUnspecified() {
		host = "127.0.0.1"
	}
	return fmt.Sprintf("psql -h %s -p %s -U miniodb miniodb", host, port)
}

func checkCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use: "check", Short: "Compare log, index, objects and write-ahead log of a stopped server", Args: cobra.NoArgs,
	}
	load := settingFlags(cmd)
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		cfg, err := load()
		if err != nil {
			return err
		}
		return server.Check(cmd.Context(), cfg, cmd.OutOrStdout())
	}
	return cmd
}

func configCommand() *cobra.Command {
	cmd := &cobra.Command{Use: "config", Short: "Check, print and explain settings"}
	check := &cobra.Command{
		Use: "check FILE", Short: "Report every fault of a configuration file", Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			cfg, err := config.Load(config.Source{File: args[0]})
			if err != nil {
				return err
			}
			for _, w := range cfg.Warnings {
				fmt.Fprintln(cmd.OutOrStdout(), "warning:", w)
			}
			_, err = fmt.Fprintln(cmd.OutOrStdout(), args[0], "is valid")
			return err
		},
	}
	reference := &cobra.Command{
		Use: "reference", Short: "Print every setting with its default and meaning", Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return config.Reference(cmd.OutOrStdout()) },
	}
	printed := &cobra.Command{Use: "print", Short: "Print the values in effect; secrets are masked", Args: cobra.NoArgs}
	load := settingFlags(printed)
	printed.RunE = func(cmd *cobra.Command, _ []string) error {
		cfg, err := load()
		if err != nil {
			return err
		}
		for _, w := range cfg.Warnings {
			fmt.Fprintln(cmd.ErrOrStderr(), "warning:", w)
		}
		return cfg.Print(cmd.OutOrStdout())
	}
	cmd.AddCommand(check, printed, reference)
	return cmd
}
