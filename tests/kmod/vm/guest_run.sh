#!/bin/sh
# Runs the command of a guest with its output on virtio ports, says how it ended, and powers off.
. /run/vmrun/environment.sh
out=$1 err=$2 rc=$3
hash -r
trap '' TERM HUP INT
(
  cd "$VMRUN_DIRECTORY" 2>/dev/null
  exec </dev/null >"$out" 2>"$err"
  trap - TERM HUP INT
  . /run/vmrun/command.sh
)
code=$?
if [ -e /sys/kernel/debug/kmemleak ]; then # a first scan may see what is being freed only now
  echo scan >/sys/kernel/debug/kmemleak
  sleep 6
  echo scan >/sys/kernel/debug/kmemleak
  cat /sys/kernel/debug/kmemleak >/dev/kmsg
fi
echo "rc $code" >"$rc"
sync
echo o >/proc/sysrq-trigger
sleep 60
