#!/bin/busybox sh
# The virtual machine's first process: finds the disk and goes there.
/bin/busybox mount -t devtmpfs none /dev
/bin/busybox mount -t proc none /proc
for module in virtio virtio_ring virtio_pci_legacy_dev virtio_pci_modern_dev virtio_pci virtio_blk \
  crc16 mbcache jbd2 crc32c_generic libcrc32c ext4; do
  [ -e "/modules/$module.ko" ] && /bin/busybox insmod "/modules/$module.ko"
done
/bin/busybox mount -t ext4 /dev/vda /disk
/bin/busybox mount -t proc none /disk/proc
/bin/busybox mount -t devtmpfs none /disk/dev
/bin/busybox tar -xf /dev/vdb -C /disk/code
exec /bin/busybox switch_root /disk /bin/bash /code/tests/vm/second_stage.sh
