#pragma once

// Swift does not import functions with variable arguments, and takes a variable of C for one that is not safe to read.

/// The variables of this process's environment, NULL after the last.
static inline char *_Nullable *_Nullable keyway_environment(void) {
    extern char **environ;
    return environ;
}

#ifdef __linux__
#include <sys/prctl.h>

/// Keeps other processes of the same user from reading this one's memory. Returns 0, or -1 with errno.
static inline int keyway_refuse_tracing(void) { return prctl(PR_SET_DUMPABLE, 0, 0, 0, 0); }
#else
#include <sys/types.h>
#include <sys/ptrace.h>

static inline int keyway_refuse_tracing(void) { return ptrace(PT_DENY_ATTACH, 0, 0, 0); }
#endif
