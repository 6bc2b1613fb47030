#!/usr/bin/env bash
# libmicrohttpd 1.0.1 (Debian 13): a chunk with an extension is read from the line feed before it
#
# RFC 9112 (7.1.1) has recipients ignore chunk extensions that they don't know. libmicrohttpd 1.0.1 skips one, but only
# to the line feed that ends its line, not past it: the application gets the line feed as the chunk's first byte and
# misses its last one, and then the request is refused with 400, "malformed chunked encoding", since the chunk does not
# end where it should. So no chunked request with an extension succeeds, at any level of MHD_OPTION_CLIENT_DISCIPLINE_LVL,
# and an application that reads a body as it comes has been given wrong bytes. 0.9.75 (Debian 12) reads all of it.
#
# Needs root and debootstrap, which makes a small Debian 13 in a temporary folder.
#
# Seen:
#   1.0.1, without an extension: 200, b'hello world'
#   1.0.1, with one:             400, b'\nhello worl'
set -euo pipefail
[ "$(id -u)" = 0 ] || { echo "run it as root: debootstrap needs that" >&2; exit 77; }
command -v debootstrap >/dev/null || apt-get install --yes --quiet debootstrap >/dev/null
place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT
mirror=$(apt-get indextargets --format '$(REPO_URI)' | grep -m 1 '/debian/\?$')
debootstrap --variant=minbase --include=python3,libmicrohttpd12t64 trixie "$place/debian" "$mirror" >"$place/log" 2>&1 ||
    { tail -n 5 "$place/log" >&2; exit 1; }
cat >"$place/debian/show.py" <<'PYTHON'
import ctypes
import socket

library = ctypes.CDLL("libmicrohttpd.so.12")
library.MHD_get_version.restype = ctypes.c_char_p
library.MHD_start_daemon.restype = ctypes.c_void_p
library.MHD_create_response_from_buffer.restype = ctypes.c_void_p
library.MHD_create_response_from_buffer.argtypes = [ctypes.c_size_t, ctypes.c_char_p, ctypes.c_int]
library.MHD_queue_response.argtypes = [ctypes.c_void_p, ctypes.c_uint, ctypes.c_void_p]
library.MHD_get_daemon_info.restype = ctypes.POINTER(ctypes.c_uint16)
library.MHD_get_daemon_info.argtypes = [ctypes.c_void_p, ctypes.c_int]
version = library.MHD_get_version().decode()
body = b""

HANDLER = ctypes.CFUNCTYPE(
    ctypes.c_int,
    *[ctypes.c_void_p, ctypes.c_void_p, ctypes.c_char_p, ctypes.c_char_p, ctypes.c_char_p],
    *[ctypes.c_void_p, ctypes.POINTER(ctypes.c_size_t), ctypes.POINTER(ctypes.c_void_p)],
)


@HANDLER
def handle(_, connection, target, method, http, data, size, context):
    global body
    if not context[0]:
        context[0] = 1
        return 1
    if size[0]:
        body += ctypes.string_at(data, size[0])
        size[0] = 0
        return 1
    response = library.MHD_create_response_from_buffer(0, None, 0)
    return library.MHD_queue_response(connection, 200, response)


# MHD_USE_INTERNAL_POLLING_THREAD, any port; MHD_OPTION_CLIENT_DISCIPLINE_LVL, a level; MHD_OPTION_END.
seen = set()
for level in (-3, -1, 0, 1, 3):
    daemon = library.MHD_start_daemon(8, 0, None, None, handle, None, 38, level, 0)
    port = library.MHD_get_daemon_info(daemon, 6)[0]  # MHD_DAEMON_INFO_BIND_PORT
    for name, extension in (("without an extension", b""), ("with one", b";name=value")):
        body = b""
        with socket.create_connection(("127.0.0.1", port)) as peer:
            head = b"POST / HTTP/1.1\r\nHost: a\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n"
            peer.sendall(head + b"b" + extension + b"\r\nhello world\r\n0\r\n\r\n")
            status = int(peer.makefile("rb").readline().split()[1])
        print(f"libmicrohttpd {version}, level {level}, {name}: {status}, {body}")
        seen.add((bool(extension), status, body))
    library.MHD_stop_daemon(ctypes.c_void_p(daemon))
raise SystemExit(seen != {(False, 200, b"hello world"), (True, 400, b"\nhello worl")})
PYTHON
chroot "$place/debian" python3 /show.py
