/* Packets of the milter protocol over a socket: what the load client sends and reads. */
#ifndef PACKETS_H
#define PACKETS_H

#include <stddef.h>

enum { LINE_BUFFER = 131072 };

struct line {
    int fd;
    size_t room; /* bytes of `out` that are gathered before they are written */
    char out[LINE_BUFFER], in[LINE_BUFFER];
    size_t out_size, in_size, in_at;
};

/*
 * Connects to a port on 127.0.0.1 or to the path of a unix socket; -1 when nobody answers. With
 * `like_postfix` no TCP_NODELAY, and a buffer of 4 KiB (over TCP of two segments, see
 * vstream_tweak_tcp).
 */
int dial(struct line *line, const char *target, int like_postfix);

void hang_up(struct line *line);

/* Gathers one packet; -1 when the peer is gone. */
int put_packet(struct line *line, char command, const char *data, size_t size);

/* Writes what is gathered; -1 when the peer is gone. */
int flush_packets(struct line *line);

/* Reads until `size` bytes stand from `in + in_at` on; -1 when the peer is gone. */
int need_bytes(struct line *line, size_t size);

/* The next answer; changes to the message and signs of progress are read over. -1: none came. */
int next_answer(struct line *line);

#endif
