#pragma once

// Swift does not import functions with variable arguments, and takes a variable of C for one that is not safe to read.

/// The variables of this process's environment, NULL after the last.
static inline char *_Nullable *_Nullable keyway_environment(void) {
    extern char **environ;
    return environ;
}

#ifdef __linux__
#include <sys/prctl.h>

#include <signal.h>
#include <sys/auxv.h>
#include <unistd.h>

/// Keeps other processes of the same user from reading this one's memory. Returns 0, or -1 with errno.
static inline int keyway_refuse_tracing(void) { return prctl(PR_SET_DUMPABLE, 0, 0, 0, 0); }

/// The path that this program was started by, or NULL.
static inline const char *_Nullable keyway_program_path(void) { return (const char *)getauxval(AT_EXECFN); }

/// Names a helper process, ends it with the thread that started it, keeps it from more rights, and closes all of its
/// files except the first three.
static inline void keyway_confine_helper(const char *_Nonnull name) {
    prctl(PR_SET_NAME, name, 0, 0, 0);
    prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
    prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
    closefrom(3);
}
#else
#include <sys/types.h>
#include <sys/ptrace.h>

static inline int keyway_refuse_tracing(void) { return ptrace(PT_DENY_ATTACH, 0, 0, 0); }

static inline const char *_Nullable keyway_program_path(void) { return 0; }

static inline void keyway_confine_helper(const char *_Nonnull name) {}
#endif
