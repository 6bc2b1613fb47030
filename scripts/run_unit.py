#!/usr/bin/python3
"""Runs the ExecStart of a systemd unit in another root directory, without systemd, under what the unit allows.

Usage: run_unit.py ROOT UNIT [PROGRAM ARGUMENT...]

What it takes of the unit: user and group, environment file, limits, umask, capabilities, no_new_privs, the filter of
system calls and address families, memory that is never both written and executed, namespaces, locked personality,
set-id bits, realtime, and a file system of which only StateDirectory and a /tmp of its own can be written. It takes
root, and python3-seccomp. systemd alone has the rest: devices, /proc and users.
"""

import ctypes
import os
import pathlib
import pwd
import resource
import shlex
import subprocess
import sys

import seccomp

libc = ctypes.CDLL(None, use_errno=True)
CLONE_NEWNS = 0x20000
CLONE_NEWIPC = 0x08000000
CLONE_NEWUTS = 0x04000000
NAMESPACES = [0x00000080, 0x00020000, 0x02000000, 0x04000000, 0x08000000, 0x10000000, 0x20000000, 0x40000000]
PR_CAPBSET_DROP, PR_SET_NO_NEW_PRIVS, PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL = 24, 38, 47, 4
MS_RDONLY, MS_NOSUID, MS_NODEV, MS_REMOUNT, MS_BIND, MS_REC, MS_PRIVATE = 1, 2, 4, 32, 4096, 16384, 1 << 18
PROT_WRITE, PROT_EXEC, SHM_EXEC, S_ISUID, S_ISGID = 2, 4, 0o100000, 0o4000, 0o2000
FAMILIES = {"AF_UNIX": 1, "AF_INET": 2, "AF_INET6": 10}


def main(root: str, unit: str, command: list[str]) -> None:
    settings = read(unit)
    environment = variables(pathlib.Path(root + settings["EnvironmentFile"][-1]))
    command = command or shlex.split(settings["ExecStart"][-1])
    allowed = allowed_calls(settings)
    check(libc.unshare(CLONE_NEWNS | CLONE_NEWIPC | CLONE_NEWUTS), "unshare")
    mount_read_only(root, [f"/var/lib/{name}" for name in settings["StateDirectory"][-1].split()])
    os.chroot(root)
    os.chdir("/")
    user = pwd.getpwnam(settings["User"][-1])
    limits = {"LimitNOFILE": resource.RLIMIT_NOFILE, "LimitCORE": resource.RLIMIT_CORE}
    for name, limit in (limits | {"LimitMEMLOCK": resource.RLIMIT_MEMLOCK}).items():
        number = int(settings[name][-1].replace("M", "000000"))
        # Not even root may raise it in every container.
        ours = resource.getrlimit(limit)[1]
        number = number if ours == resource.RLIM_INFINITY else min(number, ours)
        resource.setrlimit(limit, (number, number))
    os.umask(int(settings["UMask"][-1], 8))
    for capability in range(64):
        libc.prctl(PR_CAPBSET_DROP, capability, 0, 0, 0)
    libc.prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0)
    os.initgroups(user.pw_name, user.pw_gid)
    os.setresgid(user.pw_gid, user.pw_gid, user.pw_gid)
    os.setresuid(user.pw_uid, user.pw_uid, user.pw_uid)
    check(libc.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0), "no_new_privs")
    environment |= {"HOME": user.pw_dir, "USER": user.pw_name, "PATH": "/usr/bin:/bin"}
    restrict(allowed, settings)
    os.execve(command[0], command, environment)


def read(unit: str) -> dict[str, list[str]]:
    settings: dict[str, list[str]] = {}
    for line in pathlib.Path(unit).read_text().splitlines():
        name, sign, value = line.partition("=")
        if sign and not line.startswith("#"):
            settings.setdefault(name, []).append(value)
    return settings


def variables(path: pathlib.Path) -> dict[str, str]:
    lines = (line for line in path.read_text().splitlines() if "=" in line and not line.startswith("#"))
    return dict(line.split("=", 1) for line in lines)


def mount_read_only(root: str, writable: list[str]) -> None:
    check(libc.mount(None, b"/", None, MS_REC | MS_PRIVATE, None), "mount")
    mount(root, root, MS_BIND | MS_REC)
    for place in writable:
        mount(root + place, root + place, MS_BIND)
    mount(root, root, MS_BIND | MS_REMOUNT | MS_RDONLY | MS_NOSUID | MS_NODEV)
    check(libc.mount(b"tmpfs", f"{root}/tmp".encode(), b"tmpfs", MS_NOSUID | MS_NODEV, None), "mount of /tmp")
    check(libc.mount(b"proc", f"{root}/proc".encode(), b"proc", MS_NOSUID | MS_NODEV, None), "mount of /proc")
    mount("/dev", f"{root}/dev", MS_BIND | MS_REC)


def mount(source: str, target: str, flags: int) -> None:
    check(libc.mount(source.encode(), target.encode(), None, flags, None), f"mount of {target}")


def allowed_calls(settings: dict[str, list[str]]) -> set[str]:
    allowed: set[str] = set()
    for value in settings["SystemCallFilter"]:
        calls = {call for name in value.lstrip("~").split() for call in expanded(name)}
        allowed = allowed - calls if value.startswith("~") else allowed | calls
    return allowed


def restrict(allowed: set[str], settings: dict[str, list[str]]) -> None:
    """Loads the filter of system calls: what is not allowed is EPERM, as in the unit."""
    denied = seccomp.ERRNO(1)
    masked = seccomp.MASKED_EQ
    rules = seccomp.SyscallFilter(defaction=denied)
    families = [FAMILIES[name] for name in settings["RestrictAddressFamilies"][-1].split()]
    # libseccomp has no rule that takes calls out of those allowed: each of these is allowed by its arguments alone.
    special = {
        "socket": [[seccomp.Arg(0, seccomp.EQ, family)] for family in families],
        "mmap": [[seccomp.Arg(2, masked, PROT_EXEC, 0)], [seccomp.Arg(2, masked, PROT_WRITE, 0)]],
        "mprotect": [[seccomp.Arg(2, masked, PROT_EXEC, 0)]],
        "pkey_mprotect": [[seccomp.Arg(2, masked, PROT_EXEC, 0)]],
        "shmat": [[seccomp.Arg(2, masked, SHM_EXEC, 0)]],
        "clone": [[seccomp.Arg(0, masked, sum(NAMESPACES), 0)]],
        "personality": [[seccomp.Arg(0, seccomp.EQ, 0)], [seccomp.Arg(0, seccomp.EQ, 0xFFFFFFFF)]],
        "chmod": [[seccomp.Arg(1, masked, S_ISUID | S_ISGID, 0)]],
        "fchmod": [[seccomp.Arg(1, masked, S_ISUID | S_ISGID, 0)]],
        "fchmodat": [[seccomp.Arg(2, masked, S_ISUID | S_ISGID, 0)]],
        "sched_setscheduler": [[seccomp.Arg(1, seccomp.EQ, 0)]],
    }
    for call in sorted(allowed - {"unshare", "setns", "clone3"}):
        try:
            if call in special:
                for arguments in special[call]:
                    rules.add_rule(seccomp.ALLOW, call, *arguments)
            else:
                rules.add_rule(seccomp.ALLOW, call)
        except (RuntimeError, ValueError):
            # A call of another architecture.
            continue
    # Its flags are in memory, where no filter sees them; glibc falls back to clone.
    rules.add_rule(seccomp.ERRNO(38), "clone3")
    rules.load()


def expanded(name: str) -> list[str]:
    if not name.startswith("@"):
        return [name]
    listed = subprocess.run(["systemd-analyze", "syscall-filter", name], check=True, capture_output=True, text=True)
    names = [line.strip() for line in listed.stdout.splitlines()[1:]]
    return [call for name in names if name and not name.startswith("#") for call in expanded(name)]


def check(result: int, what: str) -> None:
    if result != 0:
        raise OSError(ctypes.get_errno(), what)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], sys.argv[3:])
