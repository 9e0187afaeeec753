#!/bin/bash
# Mounts what the tests need (control groups v2 alone), runs the command, says how it ended, and turns the machine off.
export PATH=/opt/venv/bin:/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LANG=C.UTF-8 PYTHONDONTWRITEBYTECODE=1 NO_COLOR=1 TERM=dumb
mount -t sysfs none /sys
mount -t cgroup2 none /sys/fs/cgroup
mount -t tmpfs -o mode=1777 none /tmp
mkdir -p /dev/shm /dev/pts
mount -t tmpfs -o mode=1777 none /dev/shm
mount -t devpts none /dev/pts
ln -sf /proc/self/fd /dev/fd
ln -sf /proc/mounts /etc/mtab
busybox hostname vm
busybox ip link set lo up
echo "vm: $(uname -srm), control groups: $(cat /sys/fs/cgroup/cgroup.controllers)"
echo /code > "$(echo /opt/venv/lib/python3*/site-packages)/source.pth"
cd /code
bash ./command
echo "vm: the command ended with $?"
sync
busybox poweroff -f
