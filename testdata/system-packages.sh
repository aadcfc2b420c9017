#!/usr/bin/env bash
# Installs Debian packages that the build, the tests and the demo need, and only those that are missing.
set -euo pipefail

missing=()
need() { # need COMMAND-OR-FILE PACKAGE...
	local what=$1
	shift
	if [[ $what == /* ]]; then
		[[ -e $what ]] || missing+=("$@")
	elif ! command -v "$what" >/dev/null; then
		missing+=("$@")
	fi
}

need g++ build-essential # cgo: DuckDB and the PostgreSQL parser
need /usr/lib/postgresql/15/bin/initdb postgresql-15
need psql postgresql-client-15
need npm nodejs npm
need javac openjdk-17-jdk-headless
need mvn maven
need redis-server redis-server
need redis-cli redis-tools
need python3 python3
python3 -c 'import venv, ensurepip' 2>/dev/null || missing+=(python3-venv)
((${#missing[@]})) || exit 0

sudo=
if ((EUID != 0)); then
	command -v sudo >/dev/null || { echo "please install as root: apt-get install ${missing[*]}" >&2; exit 1; }
	sudo=sudo
fi
command -v apt-get >/dev/null || { echo "please install: ${missing[*]}" >&2; exit 1; }
echo "installing ${missing[*]}" >&2
# A cluster of Debian's own would take port 5432 and memory; tests start private ones.
if [[ ! -e /etc/postgresql-common/createcluster.conf ]]; then
	$sudo mkdir -p /etc/postgresql-common
	echo 'create_main_cluster = false' | $sudo tee /etc/postgresql-common/createcluster.conf >/dev/null
fi
$sudo apt-get update -qq
DEBIAN_FRONTEND=noninteractive $sudo apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
