package drivers_test

import (
	"bytes"
	"context"
	"os/exec"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"
)

// longQuery would run for hours.
const longQuery = "SELECT count(*) FROM generate_series(1, 1000000) a, generate_series(1, 1000000) b WHERE (a + b) % 7 = 3"

const (
	programTimeout = 4 * time.Minute
	topicMark      = "== " // begins the line that names a topic
	maxOutputBytes = 4 << 20
)

// program runs a client's program in a place and returns what it printed, in the form
//
//	== topic
//	lines
//	== next topic
//
// A topic that goes wrong in a way that its program did not ask for prints FAILED and the reason, so that the following topics still run.
type program func(ctx context.Context, p place) (output string, err error)

// compare runs a program on both servers and compares what it printed, a subtest for each topic.
func compare(t *testing.T, run program) {
	t.Helper()
	t.Parallel()
	want := topics[t.Name()]
	require.NotEmpty(t, want, "topics of %s", t.Name())
	places := []place{startPostgres(t), startMiniODB(t)}
	ctx, cancel := context.WithTimeout(t.Context(), programTimeout)
	defer cancel()
	outputs, errs := make([]string, len(places)), make([]error, len(places))
	var wg sync.WaitGroup
	for i, p := range places {
		wg.Go(func() { outputs[i], errs[i] = run(ctx, p) })
	}
	wg.Wait()
	theirs, ours := split(outputs[0]), split(outputs[1])
	explain(t, theirs, ours)
	require.NoError(t, errs[0], "on PostgreSQL the program itself is wrong:\n%s", outputs[0])
	require.NotContains(t, outputs[0], "FAILED", "on PostgreSQL the program itself is wrong")
	require.Equal(t, want, names(theirs), "the topics that the program has")
	for i, topic := range want {
		t.Run(topic, func(t *testing.T) {
			require.NotEmpty(t, theirs[i].lines, "a topic that prints nothing shows nothing")
			if i >= len(ours) || ours[i].name != topic {
				t.Fatalf("MiniODB: the program did not come so far: %v\n%s", errs[1], outputs[1])
			}
			if diff := cmp.Diff(theirs[i].lines, ours[i].lines); diff != "" {
				t.Errorf("PostgreSQL (-) and MiniODB (+) differ:\n%s", diff)
			}
		})
	}
	require.NoError(t, errs[1], "MiniODB")
}

// section is what a program printed about a topic.
type section struct {
	name  string
	lines []string
}

func split(output string) []section {
	var out []section
	for line := range strings.Lines(output) {
		line = strings.TrimRight(line, "\r\n")
		if name, ok := strings.CutPrefix(line, topicMark); ok {
			out = append(out, section{name: name})
		} else if len(out) > 0 {
			last := &out[len(out)-1]
			last.lines = append(last.lines, line)
		}
	}
	return out
}

func names(sections []section) []string {
	return slices.Collect(func(yield func(string) bool) {
		for _, s := range sections {
			if !yield(s.name) {
				return
			}
		}
	})
}

// command is a program that is a process: its standard output is what it prints, its standard error explains a status that is not 0.
func command(env []string, name string, args ...string) program {
	return func(ctx context.Context, p place) (string, error) {
		cmd := exec.CommandContext(ctx, name, args...)
		cmd.Env = p.environ(env...)
		var out, errs limited
		cmd.Stdout, cmd.Stderr = &out, &errs
		if err := cmd.Run(); err != nil {
			return out.String(), &failure{err: err, stderr: errs.String()}
		}
		return out.String(), nil
	}
}

// failure is the end of a process with a status that is not 0.
type failure struct {
	err    error
	stderr string
}

func (f *failure) Error() string { return f.err.Error() + "\n" + f.stderr }

// limited keeps the first maxOutputBytes.
type limited struct{ bytes.Buffer }

func (l *limited) Write(b []byte) (int, error) {
	l.Buffer.Write(b[:min(len(b), max(0, maxOutputBytes-l.Len()))])
	return len(b), nil
}
