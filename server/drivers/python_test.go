package drivers_test

import (
	"path/filepath"
	"testing"
)

// python is a program in testdata/drivers/python, run by the interpreter that make deps set up.
func python(script string) program { return interpreter("venv", filepath.Join("python", script)) }

func interpreter(venv, script string, args ...string) program {
	return command([]string{"PYTHONDONTWRITEBYTECODE=1"}, filepath.Join(cache, venv, "bin/python"), append([]string{filepath.Join(programs, script)}, args...)...)
}

func TestPsycopg(t *testing.T) { compare(t, python("psycopg3_program.py")) }

func TestPsycopg2(t *testing.T) { compare(t, python("psycopg2_program.py")) }

func TestAsyncpg(t *testing.T) { compare(t, python("asyncpg_program.py")) }

func TestSQLAlchemy(t *testing.T) { compare(t, python("sqlalchemy_program.py")) }

func TestPgcli(t *testing.T) { compare(t, python("pgcli_program.py")) }

func TestReflection(t *testing.T) {
	compare(t, interpreter("venv", "python/reflection_program.py", "psycopg"))
}

func TestReflection14(t *testing.T) {
	compare(t, interpreter("drivers/sqlalchemy14", "python/reflection_program.py", "psycopg2"))
}

func TestDbt(t *testing.T) { compare(t, interpreter("drivers/dbt", "dbt/program.py")) }

func TestDuckDB(t *testing.T) { compare(t, interpreter("drivers/duckdb", "duckdb/program.py")) }
