package config

import (
	"bufio"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/miniodb/miniodb/internal/units"
)

// fallbackMemory is assumed where the system says nothing, as on other systems than Linux.
const fallbackMemory = 4 * units.GB

// MachineMemory returns the memory this process may use: the machine's, or less where a control group limits it.
func MachineMemory() units.Size { return memoryUnder("/") }

// memoryUnder reads proc and sys below root.
func memoryUnder(root string) units.Size {
	total := meminfo(filepath.Join(root, "proc/meminfo"))
	if total == 0 {
		total = fallbackMemory
	}
	for _, file := range cgroupLimits(root) {
		data, err := os.ReadFile(file)
		if err != nil {
			continue
		}
		// "max" (v2) does not parse; "no limit" in v1 is close to the largest integer and never the minimum.
		if n, err := strconv.ParseInt(strings.TrimSpace(string(data)), 10, 64); err == nil && n > 0 {
			total = min(total, units.Size(n))
		}
	}
	return total
}

// cgroupLimits lists the files that may hold a limit: of the own group and every group above it, v2 and v1.
func cgroupLimits(root string) []string {
	var files []string
	add := func(mount, group, name string) {
		for {
			files = append(files, filepath.Join(root, mount, group, name))
			if group == "/" || group == "." || group == "" {
				return
			}
			group = filepath.Dir(group)
		}
	}
	data, err := os.ReadFile(filepath.Join(root, "proc/self/cgroup"))
	if err != nil {
		data = []byte("0::/\n")
	}
	for line := range strings.SplitSeq(string(data), "\n") {
		parts := strings.SplitN(line, ":", 3)
		if len(parts) != 3 {
			continue
		}
		switch {
		case parts[1] == "":
			add("sys/fs/cgroup", parts[2], "memory.max")
		case strings.Contains(","+parts[1]+",", ",memory,"):
			add("sys/fs/cgroup/memory", parts[2], "memory.limit_in_bytes")
		}
	}
	return files
}

// meminfo reads MemTotal, in bytes, or 0.
func meminfo(path string) units.Size {
	f, err := os.Open(path)
	if err != nil {
		return 0
	}
	defer f.Close()
	for s := bufio.NewScanner(f); s.Scan(); {
		if rest, ok := strings.CutPrefix(s.Text(), "MemTotal:"); ok {
			kb, err := strconv.ParseInt(strings.TrimSpace(strings.TrimSuffix(strings.TrimSpace(rest), "kB")), 10, 64)
			if err != nil {
				return 0
			}
			return units.Size(kb) * units.KB
		}
	}
	return 0
}
