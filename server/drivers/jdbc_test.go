package drivers_test

import (
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

// jdbc is the program of testdata/drivers/java, compiled, with arguments that choose its part.
func jdbc(t *testing.T, args ...string) program {
	jars, err := filepath.Glob(filepath.Join(cache, "drivers/java/postgresql-*.jar"))
	require.NoError(t, err)
	require.Len(t, jars, 1, "pgjdbc; make deps installs it")
	sources, err := filepath.Glob(filepath.Join(programs, "java/*.java"))
	require.NoError(t, err)
	classes := t.TempDir()
	out, err := exec.CommandContext(t.Context(), "javac", append([]string{"-cp", jars[0], "-d", classes}, sources...)...).CombinedOutput()
	require.NoError(t, err, "javac: %s", out)
	// The small heap and the first compiler alone: a program of seconds starts faster so.
	return command(nil, "java", append([]string{"-Xmx256m", "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-Dfile.encoding=UTF-8", "-Duser.timezone=UTC",
		"-cp", classes + string(filepath.ListSeparator) + jars[0], "Program"}, args...)...)
}

func TestJDBC(t *testing.T) { compare(t, jdbc(t)) }

func TestJDBCMetadata(t *testing.T) { compare(t, jdbc(t, "metadata")) }
