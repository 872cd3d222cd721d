#!/bin/busybox sh
# First process of a guest (initramfs): mounts the host's root over 9p, read-only, with a tmpfs above it, and hands over
# to guest_run.sh. Reads /settings.sh, which initramfs.py wrote.
B=/bin/busybox
$B mount -t proc proc /proc
$B mount -t sysfs sys /sys
$B mount -t devtmpfs dev /dev
. /settings.sh
while read -r module; do $B insmod "/mod/$module" 2>/dev/null; done </mod/order
fail() { echo "vmrun-init: $1"; $B sleep 0.2; $B poweroff -f; }
shared=trans=virtio,version=9p2000.L,msize=262144
$B mkdir -p /ro /rw /root
$B mount -t 9p -o "ro,$shared,cache=loose" root /ro || fail "9p root"
$B mount -t tmpfs -o size=75% tmpfs /rw || fail tmpfs
$B mkdir /rw/up /rw/work
$B mount -t overlay -o lowerdir=/ro,upperdir=/rw/up,workdir=/rw/work root /root || fail overlay
for d in proc sys dev; do $B mount --move /$d /root/$d; done
R=/root
$B mkdir -p $R/dev/pts $R/dev/shm
$B mount -t devpts devpts $R/dev/pts
$B mount -t tmpfs shm $R/dev/shm
$B mount -t tmpfs run $R/run
$B mkdir -p $R/run/lock $R/run/netns $R/run/vmrun
$B mount -t debugfs debugfs $R/sys/kernel/debug 2>/dev/null
$B mount -t tracefs tracefs $R/sys/kernel/tracing 2>/dev/null
$B mount -t bpf bpf $R/sys/fs/bpf 2>/dev/null
$B mount -t cgroup2 cgroup2 $R/sys/fs/cgroup 2>/dev/null
modules=$R/lib/modules/$VMRUN_RELEASE
if [ -n "$VMRUN_MODULES" ]; then
  $B mkdir -p "$modules"
  $B mount --bind "$R$VMRUN_MODULES" "$modules"
fi
if [ -d /depmod ]; then # an index made on the host, for modules that came without one
  $B mkdir -p /rw/index /rw/index.work
  $B cp /depmod/* /rw/index/
  $B mount -t overlay -o "lowerdir=$modules,upperdir=/rw/index,workdir=/rw/index.work" modules "$modules"
fi
$B cp /guest_run.sh /command.sh /environment.sh $R/run/vmrun/
i=0
while read -r d; do
  $B mkdir -p "$R$d"
  $B mount -t 9p -o "$shared,cache=none" rw$i "$R$d" || fail "9p rw $d"
  i=$((i + 1))
done </shared
$B ip link set lo up
$B hostname vmrun
out=/dev/null err=/dev/null rc=/dev/null
for p in $R/sys/class/virtio-ports/*; do
  case "$($B cat "$p/name" 2>/dev/null)" in
  vmrun.out) out=/dev/${p##*/} ;;
  vmrun.err) err=/dev/${p##*/} ;;
  vmrun.rc) rc=/dev/${p##*/} ;;
  esac
done
read -r up _ <$R/proc/uptime
echo "boot $up" >$R$rc
exec $B switch_root /root /bin/sh /run/vmrun/guest_run.sh "$out" "$err" "$rc"
