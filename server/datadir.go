package server

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/google/uuid"
	"golang.org/x/sys/unix"
)

// dataFormat is the version of the data directory's layout. A server refuses a directory with a higher one.
const dataFormat = 1

// dataDir is the directory of a server, locked while it is open:
//
//	format   the version of this layout
//	node-id  the name of the node, made once
//	lock     held (flock) by the server that runs
//	store/   the object store: table and catalog logs, Parquet files
//	wal/     the write-ahead log
//	index.db the catalog index, rebuilt from the logs when it is missing
//	spool/   files on their way into the store; emptied at start
//	cache/   copies of objects that are kept in MinIO
//	temp/    what queries spill; emptied at start
//
// store/ and index.db belong to an embedded server, cache/ to one that shares its database.
type dataDir struct {
	path string
	node string
	lock *os.File
}

func (d *dataDir) store() string    { return filepath.Join(d.path, "store") }
func (d *dataDir) lockFile() string { return filepath.Join(d.path, "lock") }
func (d *dataDir) wal() string      { return filepath.Join(d.path, "wal") }
func (d *dataDir) index() string    { return filepath.Join(d.path, "index.db") }
func (d *dataDir) spool() string    { return filepath.Join(d.path, "spool") }
func (d *dataDir) cache() string    { return filepath.Join(d.path, "cache") }
func (d *dataDir) temp() string     { return filepath.Join(d.path, "temp") }

// openDataDir creates, locks and checks a data directory. Every error is one line for the person who starts the server.
func openDataDir(path, nodeID string) (*dataDir, error) {
	path, err := filepath.Abs(path)
	if err != nil {
		return nil, fmt.Errorf("data directory: %w", err)
	}
	if err := os.MkdirAll(path, 0o700); err != nil {
		return nil, fmt.Errorf("data directory %s cannot be created: %w", path, reason(err))
	}
	d := &dataDir{path: path}
	if err := d.acquire(); err != nil {
		return nil, err
	}
	if err := d.open(nodeID); err != nil {
		d.Close()
		return nil, err
	}
	return d, nil
}

// acquire takes the lock, which the kernel drops when the process ends, however it ends.
func (d *dataDir) acquire() error {
	f, err := os.OpenFile(d.lockFile(), os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return fmt.Errorf("data directory %s is not writable: %w", d.path, reason(err))
	}
	if err := unix.Flock(int(f.Fd()), unix.LOCK_EX|unix.LOCK_NB); err != nil {
		holder, _ := os.ReadFile(f.Name())
		f.Close()
		if !errors.Is(err, unix.EWOULDBLOCK) {
			return fmt.Errorf("data directory %s cannot be locked: %w", d.path, err)
		}
		return fmt.Errorf("data directory %s is in use by another server (process %s)", d.path, strings.TrimSpace(string(holder)))
	}
	d.lock = f
	if err := f.Truncate(0); err == nil {
		_, err = f.WriteAt([]byte(strconv.Itoa(os.Getpid())+"\n"), 0)
		return err
	}
	return err
}

func (d *dataDir) open(nodeID string) error {
	format, err := d.read("format", func() string { return strconv.Itoa(dataFormat) })
	if err != nil {
		return err
	}
	version, err := strconv.Atoi(format)
	if err != nil || version < 1 {
		return fmt.Errorf("data directory %s: file format holds %q, not a version", d.path, format)
	}
	if version > dataFormat {
		return fmt.Errorf("data directory %s has format %d, this server reads up to %d: use a newer miniodb", d.path, version, dataFormat)
	}
	if d.node, err = d.read("node-id", func() string {
		if nodeID != "" {
			return nodeID
		}
		return "node-" + uuid.NewString()[:8]
	}); err != nil {
		return err
	}
	if nodeID != "" && nodeID != d.node {
		return fmt.Errorf("data directory %s belongs to node %q, not to %q", d.path, d.node, nodeID)
	}
	for _, dir := range []string{d.spool(), d.temp()} {
		if err := os.RemoveAll(dir); err != nil {
			return fmt.Errorf("data directory %s: %w", d.path, err)
		}
	}
	for _, dir := range []string{d.wal(), d.spool(), d.temp()} {
		if err := os.MkdirAll(dir, 0o700); err != nil {
			return fmt.Errorf("data directory %s: %w", d.path, err)
		}
	}
	return nil
}

// read returns the one line of a file, writing it durably first if there is none.
func (d *dataDir) read(name string, initial func() string) (string, error) {
	path := filepath.Join(d.path, name)
	data, err := os.ReadFile(path)
	if err == nil && len(strings.TrimSpace(string(data))) > 0 {
		return strings.TrimSpace(string(data)), nil
	}
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return "", fmt.Errorf("data directory %s: %w", d.path, err)
	}
	value := initial()
	temp := path + ".new"
	f, err := os.OpenFile(temp, os.O_CREATE|os.O_TRUNC|os.O_WRONLY, 0o600)
	if err != nil {
		return "", fmt.Errorf("data directory %s is not writable: %w", d.path, reason(err))
	}
	_, err = f.WriteString(value + "\n")
	err = errors.Join(err, f.Sync(), f.Close())
	if err == nil {
		err = os.Rename(temp, path)
	}
	if err == nil {
		err = syncDir(d.path)
	}
	if err != nil {
		return "", fmt.Errorf("data directory %s: %w", d.path, err)
	}
	return value, nil
}

func syncDir(path string) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	return errors.Join(f.Sync(), f.Close())
}

// Close gives up the lock; safe twice.
func (d *dataDir) Close() error {
	if d.lock == nil {
		return nil
	}
	err := d.lock.Close()
	d.lock = nil
	return err
}

// reason drops the path that the message names already.
func reason(err error) error {
	var p *fs.PathError
	if errors.As(err, &p) {
		return p.Err
	}
	return err
}
