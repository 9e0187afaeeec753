#!/usr/bin/env bash
# Runs a command on this source tree in a virtual machine whose kernel has control groups v2, on x86-64 or on ARM.
#
# Usage: run_in_vm.sh ARCH [COMMAND...]   (ARCH: amd64 or arm64; without COMMAND the tests of the sandbox)
#
# Everything is emulated (no KVM), so it is ten to thirty times slower than the machine and runs anywhere. The machine has
# no network and cannot write to this one's disk: its disk is an image, and what it writes to that is thrown away.
# The image holds Debian packages that are unpacked, never installed here, and wheels at the versions of constraints.txt;
# it is made once, under build/vm. Needs root (for the owners of the image's files), and
#     apt-get install --no-install-recommends qemu-system-x86 qemu-system-arm mmdebstrap busybox-static
# May be set: VM_MEMORY_MIB, VM_TIMEOUT_S, KERNEL (a package, linux-image-...), TEST_SLOWNESS (what the tests' limits are
# multiplied by), PIP, SUITE and MIRROR. Exit code: the command's; 125 where the machine ended before it.
set -euo pipefail

arch=${1:?amd64 or arm64}
shift
here=$(cd "$(dirname "$0")" && pwd)
source=$(cd "$here/../.." && pwd)
kernel=${KERNEL:-linux-image-cloud-$arch}
folder=$source/build/vm/$arch-$kernel
pip=${PIP:-$source/.venv/bin/pip}
python=3.11 # of Debian 12

case $arch in
  amd64) platform=x86_64 qemu=(qemu-system-x86_64 -machine q35) console=ttyS0 ;;
  arm64) platform=aarch64 qemu=(qemu-system-aarch64 -machine virt) console=ttyAMA0 ;;
  *) echo "run_in_vm.sh: $arch is not amd64 or arm64" >&2; exit 2 ;;
esac

unpack_packages() {
  mmdebstrap --quiet --mode=root --variant=extract --architectures="$arch" \
    --hook-dir=/usr/share/mmdebstrap/hooks/merged-usr \
    --include="$kernel,python3,libpython$python-stdlib,libstdc++6,libseccomp2" \
    --include=bash,dash,coreutils,util-linux,mount,busybox-static,libc-bin \
    "${SUITE:-bookworm}" "$1" "${MIRROR:-http://deb.debian.org/debian}"
  mkdir -p "$1/opt/venv/bin" "$1/opt/venv/lib/python$python" "$1/code"
  printf 'root:x:0:0:root:/root:/bin/bash\nnobody:x:65534:65534:nobody:/nonexistent:/bin/false\n' > "$1/etc/passwd"
  printf 'root:x:0:\nnogroup:x:65534:\n' > "$1/etc/group"
  printf 'root:*:20000:0:99999:7:::\n' > "$1/etc/shadow"
  chmod 600 "$1/etc/shadow"
  [ -e "$1/bin/sh" ] || ln -s dash "$1/bin/sh"
}

unpack_wheels() {
  local platforms=(--platform "manylinux2014_$platform")
  for version in 17 27 28 34; do platforms+=(--platform "manylinux_2_${version}_$platform"); done
  "$pip" install --quiet --disable-pip-version-check --no-compile "${platforms[@]}" \
    --implementation cp --python-version "$python" --only-binary=:all: -c "$source/constraints.txt" \
    --target "$1/opt/venv/lib/python$python/site-packages" \
    numpy msgspec pydantic pytest typer rich hypothesis
  echo "home = /usr/bin" > "$1/opt/venv/pyvenv.cfg"
  ln -s "/usr/bin/python$python" "$1/opt/venv/bin/python"
}

# What mounts the disk and goes there; virtio's drivers are modules in Debian's kernels for clouds.
pack_first_stage() {
  local root=$1 stage=$2 module
  mkdir -p "$stage"/{bin,modules,dev,proc,disk}
  cp -L "$root/bin/busybox" "$stage/bin/busybox"
  cp "$here/first_stage.sh" "$stage/init"
  for module in virtio virtio_ring virtio_pci_legacy_dev virtio_pci_modern_dev virtio_pci virtio_blk \
    crc16 mbcache jbd2 crc32c_generic libcrc32c ext4; do
    find "$root"/lib/modules/ -name "$module.ko*" -exec cp {} "$stage/modules/" \;
  done
  (cd "$stage" && find . | busybox cpio -o -H newc 2>/dev/null | gzip -1)
}

build() {
  local work
  work=$(mktemp -d)
  trap 'rm -rf "$work"' RETURN
  mkdir -p "$folder"
  unpack_packages "$work/root"
  unpack_wheels "$work/root"
  pack_first_stage "$work/root" "$work/stage" > "$folder/initrd"
  cp "$work"/root/boot/vmlinuz-* "$folder/vmlinuz"
  rm -rf "$work"/root/{boot,usr/share/doc,usr/share/locale,usr/lib/modules}
  mke2fs -q -t ext4 -d "$work/root" "$folder/growing" 2G
  mv "$folder/growing" "$folder/disk"
}

[ -s "$folder/disk" ] || build

# The source tree travels as a tape on a second disk, with the command; what git does not know stays here.
tape=$(mktemp)
trap 'rm -f "$tape" "$tape.log"' EXIT
if [ $# -eq 0 ]; then
  set -- /opt/venv/bin/python -m pytest -q -p no:cacheprovider tests/test_sandbox_cgroups.py tests/test_sandbox_namespaces.py \
    tests/test_sandbox_user.py tests/test_sandbox_seccomp.py tests/test_cli_doctor.py
fi
order=$(mktemp -d)
{ echo "export TEST_SLOWNESS=${TEST_SLOWNESS:-20}"; printf '%q ' "$@"; } > "$order/command"
(cd "$source" && git ls-files -z --cached --others --exclude-standard \
  | tar --null --ignore-failed-read -cf "$tape" -T - 2>/dev/null)
if [ -s "$source/build/docker/default.json" ]; then tar -rf "$tape" -C "$source" build/docker/default.json; fi
tar -rf "$tape" -C "$order" command
rm -rf "$order"

timeout "${VM_TIMEOUT_S:-7200}" \
  "${qemu[@]}" -accel tcg,thread=multi -cpu max -smp 2 -m "${VM_MEMORY_MIB:-4096}" -nic none -display none -no-reboot \
  -serial stdio -monitor none \
  -kernel "$folder/vmlinuz" -initrd "$folder/initrd" -append "console=$console quiet panic=-1" \
  -drive "file=$folder/disk,format=raw,if=none,id=disk,snapshot=on" -device virtio-blk-pci,drive=disk \
  -drive "file=$tape,format=raw,if=none,id=tape,readonly=on" -device virtio-blk-pci,drive=tape \
  < /dev/null | tee "$tape.log" || true
status=$(tr -d '\r' < "$tape.log" | sed -n 's/^vm: the command ended with //p' | tail -1)
exit "${status:-125}" # 125: the machine ended before its command did
