#include "engine_events.h"
#include <stddef.h>
#include <sys/epoll.h>

/*
 * libmicrohttpd asks for up to 128 events. Given all 128 (a thread that was kept from running, and as many clients who
 * sent meanwhile), it asks for more with the timeout of an idle thread, before it looks at those that it has. Where no
 * other client sends, they wait until the idle timeout, and are then closed as idle. Given 127, it never asks twice.
 *
 * The library calls epoll_wait by its name, and a definition in the program comes before libc's.
 */

enum
{
  asked_for = 128,
  most = asked_for - 1
};

int
keyway_most_events (void)
{
  return most;
}

int
epoll_wait (int set, struct epoll_event *events, int count, int timeout)
{
  return epoll_pwait (set, events, count == asked_for ? most : count, timeout, NULL);
}
