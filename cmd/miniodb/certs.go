package main

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/miniodb/miniodb/internal/certs"
)

// authorityLife is how long an authority that miniodb certs makes is valid.
const authorityLife = 10 * 365 * 24 * time.Hour

// certsOptions say what certificates to make.
type certsOptions struct {
	dir   string
	hosts []string
	roles []string
	days  int
}

func certsCommand() *cobra.Command {
	var o certsOptions
	cmd := &cobra.Command{
		Use: "certs --dir DIR", Short: "Make an authority and certificates for a server and for roles", Args: cobra.NoArgs,
		Long: `For tests and small installations. The directory gets ca.crt and ca.key, server.crt and server.key and, for each --role, client-ROLE.crt and
client-ROLE.key. An authority that is there already signs the new certificates, so running the command again renews them: a server reads
them when they change. Keep ca.key away from servers and clients; clients need ca.crt (sslrootcert).`,
		Example: `  miniodb certs --dir /etc/miniodb/tls --host db.example.org --host 10.0.0.7
  miniodb server --security.enable-tls --security.tls-cert-file /etc/miniodb/tls/server.crt --security.tls-key-file /etc/miniodb/tls/server.key
  psql "host=db.example.org user=miniodb dbname=miniodb sslmode=verify-full sslrootcert=ca.crt"`,
		RunE: func(cmd *cobra.Command, _ []string) error { return makeCerts(o, cmd.OutOrStdout()) },
	}
	f := cmd.Flags()
	f.StringVar(&o.dir, "dir", "", "directory for the files; created when missing")
	f.StringSliceVar(&o.hosts, "host", []string{"localhost", "127.0.0.1", "::1"}, "name or IP address that clients connect to; may be repeated")
	f.StringSliceVar(&o.roles, "role", nil, "role to make a client certificate for; may be repeated")
	f.IntVar(&o.days, "days", 365, "days that the certificates are valid; an authority is for ten years")
	_ = cmd.MarkFlagRequired("dir") // the flag exists
	return cmd
}

// makeCerts writes the files and says which.
func makeCerts(o certsOptions, out io.Writer) error {
	if o.days < 1 || o.days > 3650 {
		return fmt.Errorf("--days %d is out of range: want 1 to 3650", o.days)
	}
	if len(o.hosts) == 0 {
		return errors.New("--host must name the server")
	}
	for _, role := range o.roles {
		if role == "" || strings.ContainsAny(role, `/\`) {
			return fmt.Errorf("--role %q cannot be part of a file's name", role)
		}
	}
	if err := os.MkdirAll(o.dir, 0o700); err != nil {
		return err
	}
	ca, err := openAuthority(o.dir, out)
	if err != nil {
		return err
	}
	life := time.Duration(o.days) * 24 * time.Hour
	server, err := ca.Issue(certs.For(o.hosts[0], life, o.hosts...))
	if err == nil {
		err = writePair(o.dir, "server", server, out)
	}
	for _, role := range o.roles {
		if err != nil {
			return err
		}
		var client certs.Pair
		if client, err = ca.Issue(certs.For(role, life)); err == nil {
			err = writePair(o.dir, "client-"+role, client, out)
		}
	}
	return err
}

// openAuthority reads the directory's authority or makes one.
func openAuthority(dir string, out io.Writer) (*certs.Authority, error) {
	cert, err1 := os.ReadFile(filepath.Join(dir, "ca.crt"))
	key, err2 := os.ReadFile(filepath.Join(dir, "ca.key"))
	switch {
	case err1 == nil && err2 == nil:
		ca, err := certs.ReadAuthority(certs.Pair{Cert: cert, Key: key})
		if err != nil {
			return nil, fmt.Errorf("%s: %w", filepath.Join(dir, "ca.crt"), err)
		}
		return ca, nil
	case !errors.Is(err1, fs.ErrNotExist) || !errors.Is(err2, fs.ErrNotExist): // half of an authority is not overwritten
		return nil, fmt.Errorf("read the authority: %w", errors.Join(err1, err2))
	}
	ca, err := certs.NewAuthority(certs.For("MiniODB authority", authorityLife))
	if err != nil {
		return nil, err
	}
	return ca, writePair(dir, "ca", ca.Pair, out)
}

// writePair writes NAME.key and NAME.crt. Each is replaced at once; a server that reads the two between waits for the second.
func writePair(dir, name string, p certs.Pair, out io.Writer) error {
	for _, file := range []struct {
		name string
		data []byte
		mode fs.FileMode
	}{{name + ".key", p.Key, 0o600}, {name + ".crt", p.Cert, 0o644}} {
		path := filepath.Join(dir, file.name)
		if err := replaceFile(path, file.data, file.mode); err != nil {
			return err
		}
		if _, err := fmt.Fprintln(out, path); err != nil {
			return err
		}
	}
	return nil
}

func replaceFile(path string, data []byte, mode fs.FileMode) error {
	f, err := os.CreateTemp(filepath.Dir(path), ".new-*") // mode 0600
	if err != nil {
		return err
	}
	_, err = f.Write(data)
	err = errors.Join(err, f.Chmod(mode), f.Sync(), f.Close())
	if err == nil {
		err = os.Rename(f.Name(), path)
	}
	if err != nil {
		return errors.Join(err, os.Remove(f.Name()))
	}
	return nil
}
