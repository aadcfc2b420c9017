package importer

import (
	"fmt"
	"io"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/miniodb/miniodb/internal/units"
)

const (
	refresh  = 200 * time.Millisecond
	barWidth = 30
)

// progress shows how far an import is: a line that is redrawn on a terminal, and a summary at the end anywhere.
type progress struct {
	out      io.Writer
	terminal bool
	began    time.Time
	imported int64 // rows of finished files

	rows, bytes atomic.Int64 // of the current file

	// Of the current file, while drawing runs.
	name    string
	total   int64 // -1: not known
	started time.Time
	quit    chan struct{}
	drawing sync.WaitGroup
}

func newProgress(out io.Writer, terminal bool) *progress {
	return &progress{out: out, terminal: terminal, began: time.Now()}
}

// start begins a file of total rows, -1 when that is not known.
func (p *progress) start(name string, total int64) {
	p.name, p.total, p.started = name, total, time.Now()
	p.rows.Store(0)
	p.bytes.Store(0)
	if !p.terminal {
		return
	}
	p.quit = make(chan struct{})
	p.drawing.Add(1)
	go func(quit chan struct{}) {
		defer p.drawing.Done()
		tick := time.NewTicker(refresh)
		defer tick.Stop()
		for {
			select {
			case <-tick.C:
				fmt.Fprint(p.out, "\r\x1b[K"+p.line(time.Since(p.started)))
			case <-quit:
				return
			}
		}
	}(p.quit)
}

func (p *progress) add(rows, bytes int64) {
	p.rows.Add(rows)
	p.bytes.Add(bytes)
}

// line draws the state of the current file.
func (p *progress) line(elapsed time.Duration) string {
	rows, bytes := p.rows.Load(), p.bytes.Load()
	seconds := max(elapsed.Seconds(), 1e-3)
	rate := units.Size(float64(bytes) / seconds).Human()
	if p.total <= 0 {
		return fmt.Sprintf("%s  %s rows  %s/s", p.name, thousands(rows), rate)
	}
	part := min(float64(rows)/float64(p.total), 1)
	full := int(part * barWidth)
	bar := strings.Repeat("#", full) + strings.Repeat(".", barWidth-full)
	return fmt.Sprintf("%s  [%s] %3.0f%%  %s of %s rows  %s/s", p.name, bar, part*100, thousands(rows), thousands(p.total), rate)
}

// stop ends the redrawing and clears the line. Safe twice.
func (p *progress) stop() {
	if p.quit == nil {
		return
	}
	close(p.quit)
	p.quit = nil
	p.drawing.Wait()
	fmt.Fprint(p.out, "\r\x1b[K")
}

// done counts a finished file.
func (p *progress) done(rows int64) { p.imported += rows }

// finish writes the summary.
func (p *progress) finish(table string, files int) {
	elapsed := time.Since(p.began)
	plural := "s"
	if files == 1 {
		plural = ""
	}
	fmt.Fprintf(p.out, "imported %s rows into %s from %d file%s in %.1f s (%s rows/s)\n", thousands(p.imported), table, files, plural,
		elapsed.Seconds(), thousands(int64(float64(p.imported)/max(elapsed.Seconds(), 1e-3))))
}

// thousands prints 3000000 as 3,000,000.
func thousands(n int64) string {
	s := strconv.FormatInt(n, 10)
	for i := len(s) - 3; i > 0 && s[i-1] != '-'; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}
