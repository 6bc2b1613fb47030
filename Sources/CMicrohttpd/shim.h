#pragma once
#include <microhttpd.h>

/* What Swift cannot call: the variadic functions, wrapped one by one. */

/* Everything a daemon is started with. Certificate and key may be freed once it has started. */
struct keyway_daemon_settings
{
  unsigned int flags;
  int listen_socket;
  unsigned int threads;
  size_t connection_memory;
  unsigned int connections;
  unsigned int idle_seconds;
  int strictness;
  const char *certificate_pem; /* NULL: no TLS */
  const char *key_pem;
  const char *tls_priorities;
  void *context; /* the first argument of all that follow */
  MHD_AcceptPolicyCallback accept_policy;
  MHD_NotifyConnectionCallback connection_changed;
  void *(*request_started) (void *context, const char *target, struct MHD_Connection *connection);
  size_t (*unescape) (void *context, struct MHD_Connection *connection, char *text);
  MHD_AccessHandlerCallback request_progressed;
  MHD_RequestCompletedCallback request_completed;
};

static inline struct MHD_Daemon *
keyway_start_daemon (const struct keyway_daemon_settings *s)
{
  struct MHD_OptionItem options[16];
  unsigned int n = 0;
#define KEYWAY_OPTION(name, number, pointer) \
  (options[n].option = (name), options[n].value = (intptr_t) (number), options[n].ptr_value = (void *) (pointer), n++)
  KEYWAY_OPTION (MHD_OPTION_LISTEN_SOCKET, s->listen_socket, NULL);
  if (1 < s->threads)
    KEYWAY_OPTION (MHD_OPTION_THREAD_POOL_SIZE, s->threads, NULL);
  KEYWAY_OPTION (MHD_OPTION_CONNECTION_MEMORY_LIMIT, s->connection_memory, NULL);
  KEYWAY_OPTION (MHD_OPTION_CONNECTION_LIMIT, s->connections, NULL);
  KEYWAY_OPTION (MHD_OPTION_CONNECTION_TIMEOUT, s->idle_seconds, NULL);
  KEYWAY_OPTION (MHD_OPTION_STRICT_FOR_CLIENT, s->strictness, NULL);
  KEYWAY_OPTION (MHD_OPTION_NOTIFY_CONNECTION, s->connection_changed, s->context);
  KEYWAY_OPTION (MHD_OPTION_URI_LOG_CALLBACK, s->request_started, s->context);
  KEYWAY_OPTION (MHD_OPTION_UNESCAPE_CALLBACK, s->unescape, s->context);
  KEYWAY_OPTION (MHD_OPTION_NOTIFY_COMPLETED, s->request_completed, s->context);
  if (NULL != s->certificate_pem)
    {
      KEYWAY_OPTION (MHD_OPTION_HTTPS_MEM_CERT, 0, s->certificate_pem);
      KEYWAY_OPTION (MHD_OPTION_HTTPS_MEM_KEY, 0, s->key_pem);
      KEYWAY_OPTION (MHD_OPTION_HTTPS_PRIORITIES, 0, s->tls_priorities);
    }
  KEYWAY_OPTION (MHD_OPTION_END, 0, NULL);
#undef KEYWAY_OPTION
  return MHD_start_daemon (s->flags, 0, s->accept_policy, s->context, s->request_progressed, s->context,
                           MHD_OPTION_ARRAY, options, MHD_OPTION_END);
}

/* The pointer that `connection_changed` stored for the connection. */
static inline void *
keyway_connection_context (struct MHD_Connection *connection)
{
  const union MHD_ConnectionInfo *info = MHD_get_connection_info (connection, MHD_CONNECTION_INFO_SOCKET_CONTEXT);
  return NULL == info ? NULL : info->socket_context;
}

static inline int
keyway_connection_socket (struct MHD_Connection *connection)
{
  const union MHD_ConnectionInfo *info = MHD_get_connection_info (connection, MHD_CONNECTION_INFO_CONNECTION_FD);
  return NULL == info ? -1 : info->connect_fd;
}

static inline const struct sockaddr *
keyway_connection_address (struct MHD_Connection *connection)
{
  const union MHD_ConnectionInfo *info = MHD_get_connection_info (connection, MHD_CONNECTION_INFO_CLIENT_ADDRESS);
  return NULL == info ? NULL : info->client_addr;
}

/* The bytes from the request's first to the end of its header block, the empty line included. */
static inline size_t
keyway_request_header_size (struct MHD_Connection *connection)
{
  const union MHD_ConnectionInfo *info = MHD_get_connection_info (connection, MHD_CONNECTION_INFO_REQUEST_HEADER_SIZE);
  return NULL == info ? 0 : info->header_size;
}

/* What a content reader answers instead of a number of bytes: macros that are casts. */
enum
{
  keyway_content_end = -1,  /* MHD_CONTENT_READER_END_OF_STREAM */
  keyway_content_error = -2 /* MHD_CONTENT_READER_END_WITH_ERROR */
};
_Static_assert (MHD_CONTENT_READER_END_OF_STREAM == keyway_content_end, "the mark of a body's end");
_Static_assert (MHD_CONTENT_READER_END_WITH_ERROR == keyway_content_error, "the mark of a broken body");
