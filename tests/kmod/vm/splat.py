"""What in a kernel's log means that the kernel was hurt: any of it fails a test, whatever else passed."""
import re

_BAD = re.compile(
    r"BUG:|WARNING: |Oops|general protection fault|KASAN|UBSAN|"
    r"possible recursive locking|possible circular locking|inconsistent lock state|"
    r"possible irq lock inversion|suspicious RCU usage|bad unlock balance|held lock freed|"
    r"Kernel panic|rcu: INFO: rcu.*stall|soft lockup|hung_task|blocked for more than|"
    r"refcount_t:|list_(?:add|del) corruption|scheduling while atomic|"
    r"sleeping function called|unreferenced object|invalid opcode|"
    r"unregister_netdevice: waiting for|Objects remaining in|dst_release:|page allocation failure"
)


def lines(console):
    """-> the lines of a console that tell of damage."""
    return [line for line in console.splitlines() if _BAD.search(line)]
