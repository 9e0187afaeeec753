#!/usr/bin/env bash
# Runs once, as root, when Gradescope builds the image; may be run again. The system's python3 stays as it is.
# Where Python comes from, and why: docs/decisions/0014-where-gradescopes-python-comes-from.md
set -euo pipefail
umask 022
source_dir=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
home=/opt/autograder
uv=uv==0.13.9 # it knows the digests of the Pythons that it fetches
fetched=3.11.18
export DEBIAN_FRONTEND=noninteractive PIP_ROOT_USER_ACTION=ignore PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1
export UV_PYTHON_INSTALL_DIR=$home/python UV_NO_CACHE=1 UV_HTTP_TIMEOUT=60
unset PYTHONDONTWRITEBYTECODE PYTHONPATH PYTHONHOME

# Suites, reference and key are root's alone.
chown -R root:root "$source_dir"
chmod -R go= "$source_dir"
rm -rf "$home"
mkdir -p "$home"

install_packages() {
  apt-get -o Acquire::Retries=3 update -qq
  apt-get -o Acquire::Retries=3 install -y -qq --no-install-recommends "$@" >/dev/null
  rm -rf /var/lib/apt/lists/*
}

is_new() { "$1" -I -c 'import sys; sys.exit(sys.version_info < (3, 11, 0, "final"))' 2>/dev/null; }

# One that can make a virtual environment, 3.11 first: the pins were tried with it.
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

# A standalone build, by uv, which Ubuntu's own python3.11 installs: the system's python3 need not even have pip.
fetch_python() {
  python3.11 -m venv "$home/bootstrap" || return 1
  "$home/bootstrap/bin/python" -m pip install -q "$uv" >&2 || return 1
  "$home/bootstrap/bin/uv" python install --no-bin "$fetched" >&2 || return 1
  "$home/bootstrap/bin/uv" python find -q --managed-python --no-project "$fetched"
}

torch=$(grep '^torch==' "$source_dir/requirements.txt" || true)
if ! python=$(find_python); then
  if is_new python3; then
    install_packages python3-venv
    python=$(find_python)
  else
    install_packages python3.11 python3.11-venv
    python=$(find_python) || python=$(fetch_python) || {
      if [ -n "$torch" ]; then
        echo "setup.sh: no Python that torch works with could be fetched; build the image again, or take a base image" \
          "with Python 3.11 or newer." >&2
        exit 1
      fi
      echo "setup.sh: no standalone Python could be fetched; Ubuntu's own is taken, which does for what needs no torch."
      python=$(command -v python3.11) # of Ubuntu 22.04: a release candidate, too old for torch and good for the rest
    }
  fi
fi
rm -rf "$home/bootstrap"
"$python" -I -c 'import ctypes; ctypes.CDLL("libseccomp.so.2")' 2>/dev/null || install_packages libseccomp2
echo "setup.sh: $("$python" --version) of $python"

"$python" -m venv "$home/venv"
pip=("$home/venv/bin/python" -m pip install -q)
if [ -n "$torch" ]; then # the build without CUDA, a tenth in size; where that index does not answer, plain pip
  "${pip[@]}" --retries 0 --timeout 15 --no-deps --index-url https://download.pytorch.org/whl/cpu "$torch" 2>/dev/null \
    || "${pip[@]}" -c "$source_dir/constraints.txt" "$torch"
fi
"${pip[@]}" -c "$source_dir/constraints.txt" -r "$source_dir/requirements.txt"

site=$("$home/venv/bin/python" -c 'import sysconfig; print(sysconfig.get_path("purelib"))')
echo "$source_dir/package" > "$site/autograder.pth"
"$home/venv/bin/python" -m compileall -q "$source_dir/package"
AUTOGRADER_TREES="$home/trees" "$home/venv/bin/python" -P -m autograder gradescope prepare --source "$source_dir"
