package wirescript

import (
	"encoding/binary"
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// Load reads all files of a directory, by their names without .wire.
func Load(dir string) (map[string]*File, error) {
	paths, err := filepath.Glob(filepath.Join(dir, "*.wire"))
	if err != nil {
		return nil, err
	}
	if len(paths) == 0 {
		return nil, fmt.Errorf("no scripts in %s", dir)
	}
	files := map[string]*File{}
	for _, path := range paths {
		text, err := os.ReadFile(path)
		if err != nil {
			return nil, err
		}
		f, err := Parse(string(text))
		if err != nil {
			return nil, fmt.Errorf("%s: %w", path, err)
		}
		files[strings.TrimSuffix(filepath.Base(path), ".wire")] = f
	}
	return files, nil
}

// CopyData returns what the script sends in CopyData messages, joined up to each CopyDone: the inputs of COPY. A bare script has none.
func (s *Script) CopyData() [][]byte {
	if s.Bare {
		return nil
	}
	var all [][]byte
	var data []byte
	for b := s.Bytes(); len(b) >= 5; {
		typ, n := b[0], int64(binary.BigEndian.Uint32(b[1:]))+1
		if n < 5 || n > int64(len(b)) {
			break
		}
		switch typ {
		case 'd':
			data = append(data, b[5:n]...)
		case 'c':
			all, data = append(all, data), nil
		}
		b = b[n:]
	}
	return all
}
