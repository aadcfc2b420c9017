package cluster

import (
	"fmt"
	"os"
	"strings"

	"golang.org/x/sys/unix"
)

// Place identifies a file that this process holds locked (flock) for as long as it lives: the same place in the entry of another process says
// that the other one has ended. It returns "" where that cannot be known; then a node that starts after a crash waits until the former entry expires.
func Place(lockFile string) string {
	boot, err := os.ReadFile("/proc/sys/kernel/random/boot_id")
	if err != nil || len(strings.TrimSpace(string(boot))) == 0 {
		return ""
	}
	var st unix.Stat_t
	if err := unix.Stat(lockFile, &st); err != nil {
		return ""
	}
	return fmt.Sprintf("%s/%d:%d", strings.TrimSpace(string(boot)), st.Dev, st.Ino)
}
