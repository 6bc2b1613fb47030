#pragma once

/* The most events that libmicrohttpd is given at once. */
int keyway_most_events (void);
