#pragma once
#include <gnutls/abstract.h>
#include <gnutls/gnutls.h>
#include <microhttpd.h>
#include <sys/epoll.h>

/* What Swift cannot call: the variadic functions, wrapped one by one. */

/* MHD_OPTION_CLIENT_DISCIPLINE_LVL, which headers before 0.9.77 do not know. */
enum
{
  keyway_client_discipline_option = 38
};

/* Gives a handshake a certificate; a gnutls_certificate_retrieve_function2 by a name for pointers to it. */
typedef int (*keyway_certificate_retriever) (gnutls_session_t session, const gnutls_datum_t *authorities,
                                             int authority_count, const gnutls_pk_algorithm_t *algorithms,
                                             int algorithm_count, gnutls_pcert_st **certificates,
                                             unsigned int *certificate_count, gnutls_privkey_t *key);

/* Everything a daemon is started with. Certificate and key may be freed once it has started. */
struct keyway_daemon_settings
{
  unsigned int flags;
  size_t connection_memory;
  unsigned int connections;
  unsigned int idle_seconds;
  int strictness_option; /* MHD_OPTION_STRICT_FOR_CLIENT, or keyway_client_discipline_option */
  int strictness;
  const char *certificate_pem; /* NULL: no TLS */
  const char *key_pem;
  keyway_certificate_retriever retrieve_certificate; /* instead of a certificate for all, or NULL */
  const char *tls_priorities;
  void *context; /* the first argument of all that follow */
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
  KEYWAY_OPTION (MHD_OPTION_CONNECTION_MEMORY_LIMIT, s->connection_memory, NULL);
  KEYWAY_OPTION (MHD_OPTION_CONNECTION_LIMIT, s->connections, NULL);
  KEYWAY_OPTION (MHD_OPTION_CONNECTION_TIMEOUT, s->idle_seconds, NULL);
  KEYWAY_OPTION ((enum MHD_OPTION) s->strictness_option, s->strictness, NULL);
  KEYWAY_OPTION (MHD_OPTION_NOTIFY_CONNECTION, s->connection_changed, s->context);
  KEYWAY_OPTION (MHD_OPTION_URI_LOG_CALLBACK, s->request_started, s->context);
  KEYWAY_OPTION (MHD_OPTION_UNESCAPE_CALLBACK, s->unescape, s->context);
  KEYWAY_OPTION (MHD_OPTION_NOTIFY_COMPLETED, s->request_completed, s->context);
  if (NULL != s->certificate_pem)
    {
      KEYWAY_OPTION (MHD_OPTION_HTTPS_MEM_CERT, 0, s->certificate_pem);
      KEYWAY_OPTION (MHD_OPTION_HTTPS_MEM_KEY, 0, s->key_pem);
    }
  if (NULL != s->retrieve_certificate)
    KEYWAY_OPTION (MHD_OPTION_HTTPS_CERT_CALLBACK, 0, s->retrieve_certificate);
  if (NULL != s->tls_priorities)
    KEYWAY_OPTION (MHD_OPTION_HTTPS_PRIORITIES, 0, s->tls_priorities);
  KEYWAY_OPTION (MHD_OPTION_END, 0, NULL);
#undef KEYWAY_OPTION
  return MHD_start_daemon (s->flags, 0, NULL, NULL, s->request_progressed, s->context,
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

/* Visits the request's headers, and what the engine has made of its query and its cookies. */
static inline void
keyway_visit_request_values (struct MHD_Connection *connection, MHD_KeyValueIteratorN visit, void *context)
{
  MHD_get_connection_values_n (connection, MHD_HEADER_KIND | MHD_COOKIE_KIND | MHD_GET_ARGUMENT_KIND, visit, context);
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

/* Says that a body of unknown length must not be sent in chunks: it ends with the connection. */
static inline enum MHD_Result
keyway_refuse_chunks (struct MHD_Response *response)
{
  return MHD_set_response_options (response, MHD_RF_HTTP_1_0_COMPATIBLE_STRICT, MHD_RO_END);
}

/* Of <sys/socket.h>, where it asks for a macro that Swift's own import of that header does without. */
extern int accept4 (int listener, struct sockaddr *address, socklen_t *length, int flags);

/* The next connection of a listening socket, non-blocking and closed on exec; -1 with errno. */
static inline int
keyway_accept (int listener, struct sockaddr_storage *address, socklen_t *length)
{
  return accept4 (listener, (struct sockaddr *) address, length, SOCK_NONBLOCK | SOCK_CLOEXEC);
}

/* Gives a socket to the engine, which closes it if it does not take it. */
static inline enum MHD_Result
keyway_add_connection (struct MHD_Daemon *daemon, int socket, const struct sockaddr_storage *address, socklen_t length)
{
  return MHD_add_connection (daemon, socket, (const struct sockaddr *) address, length);
}

/* A set of sockets whose peers are watched; -1 with errno. */
static inline int
keyway_watch_create (void)
{
  return epoll_create1 (EPOLL_CLOEXEC);
}

/* Adds a descriptor: for the end of what its peer sends, reported once, or for anything to read. 0, or -1 with errno. */
static inline int
keyway_watch_add (int watch, int descriptor, int for_reading)
{
  struct epoll_event event = { .events = for_reading ? EPOLLIN : (EPOLLRDHUP | EPOLLET) };
  event.data.fd = descriptor;
  return epoll_ctl (watch, EPOLL_CTL_ADD, descriptor, &event);
}

/* Waits for descriptors of the set, and writes at most `most` of them; their number, or -1 with errno. */
static inline int
keyway_watch_wait (int watch, int *descriptors, int most)
{
  struct epoll_event events[64];
  int count = epoll_wait (watch, events, most < 64 ? most : 64, -1);
  for (int i = 0; i < count; i++)
    descriptors[i] = events[i].data.fd;
  return count;
}

/* Ends a connection with a reset, at once; its socket stays open. */
static inline void
keyway_reset (int socket)
{
  struct sockaddr nobody = { .sa_family = AF_UNSPEC };
  (void) connect (socket, &nobody, sizeof (nobody));
}

/* The session of one end of TLS, over a socket that does not block; NULL if there is no memory. The credentials must
   outlive it. */
static inline gnutls_session_t
keyway_tls_session (int is_server, gnutls_certificate_credentials_t credentials, int socket, const char *priorities)
{
  gnutls_session_t session = NULL;
  unsigned int flags = (is_server ? GNUTLS_SERVER : GNUTLS_CLIENT) | GNUTLS_NONBLOCK | GNUTLS_NO_SIGNAL;
  if (0 != gnutls_init (&session, flags))
    return NULL;
  if (0 != gnutls_priority_set_direct (session, priorities, NULL)
      || 0 != gnutls_credentials_set (session, GNUTLS_CRD_CERTIFICATE, credentials))
    {
      gnutls_deinit (session);
      return NULL;
    }
  gnutls_transport_set_int2 (session, socket, socket);
  return session;
}

/* Has a client's handshake verify the server's certificate for a host, which is asked for by its name unless it is an
   address. Whether there is the memory. */
static inline int
keyway_tls_expect (gnutls_session_t session, const char *host, size_t length, int is_address)
{
  gnutls_session_set_verify_cert (session, host, 0);
  return is_address || 0 == gnutls_server_name_set (session, GNUTLS_NAME_DNS, host, length);
}
