#define _GNU_SOURCE

/*
 * The program begins in C for its arguments, which only `main` is sure to be given: Swift's own `CommandLine` reads them
 * from /proc, which a container or a chroot need not have.
 */
int keyway_start (int count, char **words);

int
main (int count, char **words)
{
  return keyway_start (count, words);
}

#ifdef __linux__
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

/* Whether a path is that of a thread's state, and there is no /proc. */
static int
is_missing_state (const char *path)
{
  static const char proc[] = "/proc/";
  if (0 != strncmp (path, proc, sizeof proc - 1))
    return 0;
  path += sizeof proc - 1;
  size_t digits = strspn (path, "0123456789");
  return digits > 0 && 0 == strcmp (path + digits, "/stat") && 0 != access ("/proc/self", F_OK);
}

/*
 * The C library's, for all of the process. libdispatch looks up in /proc whether its threads run, once a second while
 * there is work for them, and ends the process where it can't. Without a /proc it is told that they do: it then starts
 * no more of them, and needs none, since none of ours waits.
 */
int
open (const char *path, int flags, ...)
{
  mode_t mode = 0;
  if (0 != (flags & O_CREAT) || O_TMPFILE == (flags & O_TMPFILE))
    {
      va_list arguments;
      va_start (arguments, flags);
      mode = va_arg (arguments, mode_t);
      va_end (arguments);
    }
  int descriptor = openat (AT_FDCWD, path, flags, mode);
  if (descriptor >= 0 || ENOENT != errno || ! is_missing_state (path))
    return descriptor;
  static const char state[] = "0 (thread) R 0";
  descriptor = memfd_create ("state", MFD_CLOEXEC);
  if (descriptor < 0)
    return -1;
  if (sizeof state - 1 == pwrite (descriptor, state, sizeof state - 1, 0))
    return descriptor;
  close (descriptor);
  errno = ENOENT;
  return -1;
}
#endif
