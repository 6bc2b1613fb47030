#pragma once
#include <curl/curl.h>
#include <poll.h>
#include <stdint.h>
#include <sys/epoll.h>

/* What Swift cannot call or read: the variadic functions, wrapped by the kind of their argument, and some macros; and
   epoll, which is not in Swift's Glibc. */

static inline CURLcode
keyway_curl_start (curl_malloc_callback allocate, curl_free_callback release, curl_realloc_callback resize,
                   curl_strdup_callback duplicate, curl_calloc_callback allocate_zeroed)
{
  return curl_global_init_mem (CURL_GLOBAL_DEFAULT, allocate, release, resize, duplicate, allocate_zeroed);
}

static inline const curl_version_info_data *
keyway_curl_version (void)
{
  return curl_version_info (CURLVERSION_NOW);
}

static inline CURLcode
keyway_curl_set_number (CURL *easy, CURLoption option, long value)
{
  return curl_easy_setopt (easy, option, value);
}

static inline CURLcode
keyway_curl_set_length (CURL *easy, CURLoption option, curl_off_t value)
{
  return curl_easy_setopt (easy, option, value);
}

static inline CURLcode
keyway_curl_set_pointer (CURL *easy, CURLoption option, const void *value)
{
  return curl_easy_setopt (easy, option, value);
}

/* The functions that libcurl calls for one transfer. */
struct keyway_curl_callbacks
{
  curl_opensocket_callback open_socket;
  curl_prereq_callback before_request;
  curl_write_callback received_header;
  curl_read_callback read_upload;
  curl_write_callback received_body;
};

static inline CURLcode
keyway_curl_set_callbacks (CURL *easy, const struct keyway_curl_callbacks *callbacks)
{
  CURLcode code = curl_easy_setopt (easy, CURLOPT_OPENSOCKETFUNCTION, callbacks->open_socket);
  if (CURLE_OK == code)
    code = curl_easy_setopt (easy, CURLOPT_PREREQFUNCTION, callbacks->before_request);
  if (CURLE_OK == code)
    code = curl_easy_setopt (easy, CURLOPT_HEADERFUNCTION, callbacks->received_header);
  if (CURLE_OK == code)
    code = curl_easy_setopt (easy, CURLOPT_WRITEFUNCTION, callbacks->received_body);
  if (CURLE_OK == code)
    code = curl_easy_setopt (easy, CURLOPT_READFUNCTION, callbacks->read_upload);
  return code;
}

/* `context` is the last argument of open_socket, the first of before_request, the last of the other three, and what
   keyway_curl_context returns; `message` has room for CURL_ERROR_SIZE characters. */
static inline CURLcode
keyway_curl_set_context (CURL *easy, void *context, char *message)
{
  CURLcode code = curl_easy_setopt (easy, CURLOPT_PRIVATE, context);
  if (CURLE_OK == code)
    code = curl_easy_setopt (easy, CURLOPT_ERRORBUFFER, message);
  if (CURLE_OK == code)
    code = curl_easy_setopt (easy, CURLOPT_OPENSOCKETDATA, context);
  if (CURLE_OK == code)
    code = curl_easy_setopt (easy, CURLOPT_PREREQDATA, context);
  if (CURLE_OK == code)
    code = curl_easy_setopt (easy, CURLOPT_HEADERDATA, context);
  if (CURLE_OK == code)
    code = curl_easy_setopt (easy, CURLOPT_WRITEDATA, context);
  if (CURLE_OK == code)
    code = curl_easy_setopt (easy, CURLOPT_READDATA, context);
  return code;
}

static inline void *
keyway_curl_context (CURL *easy)
{
  char *context = NULL;
  return CURLE_OK == curl_easy_getinfo (easy, CURLINFO_PRIVATE, &context) ? context : NULL;
}

/* The bytes of the request's body that were sent. */
static inline curl_off_t
keyway_curl_sent (CURL *easy)
{
  curl_off_t sent = 0;
  return CURLE_OK == curl_easy_getinfo (easy, CURLINFO_SIZE_UPLOAD_T, &sent) ? sent : 0;
}

/* Whether the transfer's connection has something to read, or was closed by the other side. */
static inline int
keyway_curl_has_input (CURL *easy)
{
  curl_socket_t socket = CURL_SOCKET_BAD;
  if (CURLE_OK != curl_easy_getinfo (easy, CURLINFO_ACTIVESOCKET, &socket) || CURL_SOCKET_BAD == socket)
    return 0;
  struct pollfd state = { .fd = socket, .events = POLLIN };
  return poll (&state, 1, 0) > 0;
}

/* The bytes of requests that were written, heads and bodies, to any connection. */
static inline long
keyway_curl_written (CURL *easy)
{
  long written = 0;
  return CURLE_OK == curl_easy_getinfo (easy, CURLINFO_REQUEST_SIZE, &written) ? written : 0;
}

static inline CURLMcode
keyway_curl_multi_set_number (CURLM *multi, CURLMoption option, long value)
{
  return curl_multi_setopt (multi, option, value);
}

static inline CURLMcode
keyway_curl_multi_set_callbacks (CURLM *multi, curl_socket_callback watch, curl_multi_timer_callback time,
                                 void *context)
{
  CURLMcode code = curl_multi_setopt (multi, CURLMOPT_SOCKETFUNCTION, watch);
  if (CURLM_OK == code)
    code = curl_multi_setopt (multi, CURLMOPT_SOCKETDATA, context);
  if (CURLM_OK == code)
    code = curl_multi_setopt (multi, CURLMOPT_TIMERFUNCTION, time);
  if (CURLM_OK == code)
    code = curl_multi_setopt (multi, CURLMOPT_TIMERDATA, context);
  return code;
}

/* The address is longer than its declared type: it can only be read behind a pointer. */
static inline const struct sockaddr *
keyway_curl_address (const struct curl_sockaddr *address)
{
  return &address->addr;
}

/* What happened on a descriptor. */
struct keyway_poll_event
{
  int descriptor;
  uint32_t events;
};

static const uint32_t keyway_poll_in = EPOLLIN;
static const uint32_t keyway_poll_out = EPOLLOUT;
static const uint32_t keyway_poll_hang_up = EPOLLHUP;
static const uint32_t keyway_poll_error = EPOLLERR;

/* A set of descriptors that are waited for; -1 with errno. */
static inline int
keyway_poll_create (void)
{
  return epoll_create1 (EPOLL_CLOEXEC);
}

/* Adds a descriptor. 0, or -1 with errno. */
static inline int
keyway_poll_add (int set, int descriptor, uint32_t events)
{
  struct epoll_event event = { .events = events, .data.fd = descriptor };
  return epoll_ctl (set, EPOLL_CTL_ADD, descriptor, &event);
}

/* Changes for what a descriptor is watched, or takes it out of the set: for nothing it would still report errors. 0, or
   -1 with errno. */
static inline int
keyway_poll_change (int set, int descriptor, uint32_t events)
{
  struct epoll_event event = { .events = events, .data.fd = descriptor };
  return epoll_ctl (set, events ? EPOLL_CTL_MOD : EPOLL_CTL_DEL, descriptor, &event);
}

/* Waits for something to happen, and writes at most `most` events; their number, or -1 with errno. */
static inline int
keyway_poll_wait (int set, struct keyway_poll_event *ready, int most, int milliseconds)
{
  struct epoll_event events[64];
  int count = epoll_wait (set, events, most < 64 ? most : 64, milliseconds);
  for (int i = 0; i < count; i++)
    {
      ready[i].descriptor = events[i].data.fd;
      ready[i].events = events[i].events;
    }
  return count;
}
