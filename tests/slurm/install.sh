#!/bin/sh
# Debian's packages of Slurm and munge, for tests/slurm; what cannot be had is said, and its tests are skipped.
set -u
export PATH="$PATH:/usr/sbin:/sbin"

missing() {
  for program in munged slurmctld slurmd sbatch; do
    command -v "$program" >/dev/null || return 0
  done
  return 1
}

missing || exit 0
if [ "$(id -u)" -ne 0 ] || ! command -v apt-get >/dev/null; then
  echo "tests/slurm are skipped: no Slurm here, and installing it needs root and apt-get"
  exit 0
fi

# the packages must not start services of their own: the tests start the daemons, where and as long as they need them
policy=/usr/sbin/policy-rc.d
if [ ! -e "$policy" ]; then
  printf '#!/bin/sh\nexit 101\n' >"$policy"
  chmod 755 "$policy"
  trap 'rm -f "$policy"' EXIT
fi

install() {
  DEBIAN_FRONTEND=noninteractive apt-get install -qq -y --no-install-recommends slurmctld slurmd slurm-client munge
}

log=$(mktemp)
install >"$log" 2>&1 || { apt-get update -qq >"$log" 2>&1 && install >"$log" 2>&1; }
if missing; then
  echo "tests/slurm are skipped: apt-get has brought no Slurm: $(tail -n 1 "$log")"
fi
rm -f "$log"
