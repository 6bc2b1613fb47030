#pragma once

// Swift does not import functions with variable arguments, and takes a variable of C for one that is not safe to read.

/// The variables of this process's environment, NULL after the last.
static inline char *_Nullable *_Nullable keyway_environment(void) {
    extern char **environ;
    return environ;
}

#include <errno.h>
#include <signal.h>
#include <unistd.h>

/// The descriptor to which signals are written.
static volatile sig_atomic_t keyway_signal_pipe = -1;

static inline void keyway_write_signal(int number) {
    const int error = errno;
    const unsigned char byte = (unsigned char)number;
    (void)!write(keyway_signal_pipe, &byte, 1);
    errno = error;
}

/// Has a signal written to a pipe as one byte, its number. The pipe must be the same for all signals.
static inline int keyway_take_signal(int number, int pipe) {
    struct sigaction action = {0};
    keyway_signal_pipe = pipe;
    action.sa_handler = keyway_write_signal;
    action.sa_flags = SA_RESTART;
    sigfillset(&action.sa_mask);
    return sigaction(number, &action, NULL);
}

#ifdef __linux__
#include <sys/auxv.h>
#include <sys/prctl.h>

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
