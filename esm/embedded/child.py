"""Runs a command that dies with the process that started it.

Run as a script: ``python -I -S child.py PARENT_PID SIGNAL USER COMMAND…`` (USER is a number, or 0
for no change). It replaces itself with the command, so there is no process in between. It is a
script of its own because the kernel forgets the request when the user id changes: it has to be made
after ``unshare`` or ``setuid``, right before the command.
"""

import ctypes
import os
import sys

PR_SET_PDEATHSIG = 1


def die_with_parent(parent: int, signal_number: int) -> None:
    """Ask the kernel for a signal when the parent ends; leave at once if it already has."""
    ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, signal_number)
    if os.getppid() != parent:
        os._exit(0)


def become(user: int) -> None:
    """Give up root for another user, here and not earlier: our Python may be private to root."""
    os.setgroups([])
    os.setgid(user)
    os.setuid(user)


if __name__ == "__main__":
    # Also imports what execvp needs, while our Python's library can still be read.
    os.get_exec_path()
    if int(sys.argv[3]):
        become(int(sys.argv[3]))
    die_with_parent(int(sys.argv[1]), int(sys.argv[2]))
    os.execvp(sys.argv[4], sys.argv[4:])
