#!/usr/bin/env bash
# Docker's published default profile of system calls, from Debian's package of Docker's source: fetched for the tests, never committed.
# Usage: fetch_docker_profile.sh FOLDER   (leaves FOLDER/default.json; does nothing where that is there)
set -euo pipefail
folder=$1
[ -s "$folder/default.json" ] && exit 0
package=golang-github-docker-docker-dev
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
apt-get download -qq "$package" 2>/dev/null || { apt-get update -qq && apt-get download -qq "$package"; } \
  || { echo "Docker's profile cannot be fetched: apt-get finds no $package; put default.json of moby's profiles/seccomp into $folder." >&2; exit 1; }
dpkg -x "$package"_*.deb x
cd - >/dev/null
mkdir -p "$folder"
cp "$(find "$work/x" -path '*profiles/seccomp/default.json' | head -1)" "$folder/default.json"
