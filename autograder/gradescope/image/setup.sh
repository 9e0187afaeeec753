#!/usr/bin/env bash
# Runs once, as root, when Gradescope builds the image; may be run again. The system's python3 stays as it is.
set -euo pipefail
umask 022
source_dir=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
home=/opt/autograder
export DEBIAN_FRONTEND=noninteractive PIP_ROOT_USER_ACTION=ignore PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1
unset PYTHONDONTWRITEBYTECODE PYTHONPATH PYTHONHOME

# Suites, reference and key are root's alone.
chown -R root:root "$source_dir"
chmod -R go= "$source_dir"

install_packages() {
  apt-get -o Acquire::Retries=3 update -qq
  apt-get -o Acquire::Retries=3 install -y -qq --no-install-recommends "$@" >/dev/null
  rm -rf /var/lib/apt/lists/*
}

# A Python that can make a virtual environment, the one that the pins were tried with first.
find_python() {
  local name path
  for name in python3.11 python3.12 python3.13 python3.14 python3; do
    path=$(command -v "$name") || continue
    if is_new "$path" && "$path" -I -c 'import ensurepip, venv' 2>/dev/null; then
      echo "$path"
      return
    fi
  done
  return 1
}

is_new() { "$1" -I -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; }

python=$(find_python) || {
  if is_new python3; then install_packages python3-venv; else install_packages python3.11 python3.11-venv; fi
  python=$(find_python) || { echo "setup.sh: no Python 3.11 or newer is to be had here; take another base image." >&2; exit 1; }
}
"$python" -I -c 'import ctypes; ctypes.CDLL("libseccomp.so.2")' 2>/dev/null || install_packages libseccomp2
echo "setup.sh: $("$python" --version) of $python"

rm -rf "$home"
mkdir -p "$home"
"$python" -m venv "$home/venv"
pip=("$home/venv/bin/python" -m pip install -q)
torch=$(grep '^torch==' "$source_dir/requirements.txt" || true)
if [ -n "$torch" ]; then  # the build without CUDA, a tenth in size; where that index does not answer, plain pip
  "${pip[@]}" --retries 0 --timeout 15 --no-deps --index-url https://download.pytorch.org/whl/cpu "$torch" 2>/dev/null \
    || "${pip[@]}" -c "$source_dir/constraints.txt" "$torch"
fi
"${pip[@]}" -c "$source_dir/constraints.txt" -r "$source_dir/requirements.txt"

site=$("$home/venv/bin/python" -c 'import sysconfig; print(sysconfig.get_path("purelib"))')
echo "$source_dir/package" > "$site/autograder.pth"
"$home/venv/bin/python" -m compileall -q "$source_dir/package"
AUTOGRADER_TREES="$home/trees" "$home/venv/bin/python" -P -m autograder gradescope prepare --source "$source_dir"
