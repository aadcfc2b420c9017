package wirescript

import (
	"fmt"
	"strconv"
	"strings"
)

// File is what a file of scripts holds.
type File struct {
	Setup   []string // statements, run one by one before the scripts
	Scripts []*Script
}

// Script is a sequence of messages on one connection.
type Script struct {
	Name  string
	Line  int  // of its first line in the file, from 1
	Bare  bool // it logs in itself, or does not
	Steps []Step
}

// Step sends bytes, or waits for an answer.
type Step struct {
	Send []byte
	Wait byte // type of the message to wait for, when Send is nil
}

// Parse reads the text of a file. Errors name the line.
func Parse(text string) (*File, error) {
	f := &File{}
	names := map[string]bool{}
	for i, line := range strings.Split(text, "\n") {
		line = strings.TrimSpace(line)
		if line == "" || line[0] == '#' {
			continue
		}
		word, rest, _ := strings.Cut(line, " ")
		rest = strings.TrimSpace(rest)
		var err error
		switch {
		case word == "script":
			s := &Script{Name: rest, Line: i + 1}
			if s.Name, s.Bare = strings.CutPrefix(rest, "bare "); s.Name == "" || names[s.Name] {
				err = fmt.Errorf("a script needs a name of its own")
			}
			names[s.Name] = true
			f.Scripts = append(f.Scripts, s)
		case len(f.Scripts) > 0:
			s := f.Scripts[len(f.Scripts)-1]
			err = s.add(word, rest)
		case word == "setup" && rest != "":
			f.Setup = append(f.Setup, rest)
		default:
			err = fmt.Errorf("want setup or script")
		}
		if err != nil {
			return nil, fmt.Errorf("line %d: %w", i+1, err)
		}
	}
	return f, nil
}

// add appends the step of one line.
func (s *Script) add(word, rest string) error {
	if word == "<" {
		if len(rest) != 1 {
			return fmt.Errorf("want the type of one message after <")
		}
		s.Steps = append(s.Steps, Step{Wait: rest[0]})
		return nil
	}
	times := 1
	if word == "Repeat" {
		n, line, _ := strings.Cut(rest, " ")
		var err error
		if times, err = strconv.Atoi(n); err != nil {
			return err
		}
		word, rest, _ = strings.Cut(strings.TrimSpace(line), " ")
	}
	b, err := message(word, strings.TrimSpace(rest))
	if err != nil {
		return fmt.Errorf("%s: %w", word, err)
	}
	all := []byte{} // not nil: that waits
	for range times {
		all = append(all, b...)
	}
	if n := len(s.Steps); n > 0 && s.Steps[n-1].Wait == 0 {
		s.Steps[n-1].Send = append(s.Steps[n-1].Send, all...)
	} else {
		s.Steps = append(s.Steps, Step{Send: all})
	}
	return nil
}

// Bytes is everything that the script sends, as a seed for fuzzing.
func (s *Script) Bytes() []byte {
	var out []byte
	for _, step := range s.Steps {
		out = append(out, step.Send...)
	}
	return out
}
