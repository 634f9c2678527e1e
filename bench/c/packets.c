#include "packets.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <sys/un.h>
#include <unistd.h>

enum { POSTFIX_BUFFER = 4096, ANSWER_SECONDS = 150 };

/* How much is gathered before it is written. */
static size_t room_for(int fd, int is_unix, int like_postfix)
{
    int segment = 0;
    socklen_t size = sizeof segment;
    if (!like_postfix) return LINE_BUFFER;
    if (is_unix) return POSTFIX_BUFFER;
    getsockopt(fd, IPPROTO_TCP, TCP_MAXSEG, &segment, &size);
    const size_t wanted = 2 * (size_t)segment;
    return wanted < POSTFIX_BUFFER ? POSTFIX_BUFFER : wanted > LINE_BUFFER ? LINE_BUFFER : wanted;
}

int dial(struct line *line, const char *target, int like_postfix)
{
    const struct timeval patience = { .tv_sec = ANSWER_SECONDS };
    const int is_unix = target[0] == '/', on = 1;
    union { struct sockaddr any; struct sockaddr_un local; struct sockaddr_in inet; } to;
    socklen_t size;
    memset(&to, 0, sizeof to);
    if (is_unix) {
        to.local.sun_family = AF_UNIX;
        snprintf(to.local.sun_path, sizeof to.local.sun_path, "%s", target);
        size = sizeof to.local;
    } else {
        to.inet.sin_family = AF_INET;
        to.inet.sin_port = htons((uint16_t)atoi(target));
        to.inet.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        size = sizeof to.inet;
    }
    line->fd = socket(to.any.sa_family, SOCK_STREAM, 0);
    if (line->fd < 0 || connect(line->fd, &to.any, size) != 0) return -1;
    setsockopt(line->fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    setsockopt(line->fd, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
    if (!like_postfix) setsockopt(line->fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    line->room = room_for(line->fd, is_unix, like_postfix);
    return 0;
}

void hang_up(struct line *line)
{
    if (line->fd >= 0) close(line->fd);
}

/* Writes what is gathered, then `size` bytes of `more`. */
static int write_out(struct line *line, const char *more, size_t size)
{
    struct iovec pieces[2] = { { line->out, line->out_size }, { (void *)more, size } };
    line->out_size = 0;
    for (int at = 0; at < 2;) {
        if (pieces[at].iov_len == 0) {
            at++;
            continue;
        }
        const ssize_t wrote = writev(line->fd, pieces + at, 2 - at);
        if (wrote < 0 && errno == EINTR) continue;
        if (wrote <= 0) return -1;
        for (size_t left = (size_t)wrote; left > 0;) {
            const size_t part = left < pieces[at].iov_len ? left : pieces[at].iov_len;
            pieces[at].iov_base = (char *)pieces[at].iov_base + part;
            pieces[at].iov_len -= part;
            left -= part;
            if (pieces[at].iov_len == 0) at++;
        }
    }
    return 0;
}

int put_packet(struct line *line, char command, const char *data, size_t size)
{
    const uint32_t length = htonl((uint32_t)size + 1);
    if (line->out_size + 5 > line->room && flush_packets(line) != 0) return -1;
    memcpy(line->out + line->out_size, &length, 4);
    line->out[line->out_size + 4] = command;
    line->out_size += 5;
    if (line->out_size + size > line->room) return write_out(line, data, size);
    memcpy(line->out + line->out_size, data, size);
    line->out_size += size;
    return 0;
}

int flush_packets(struct line *line) { return write_out(line, NULL, 0); }

int need_bytes(struct line *line, size_t size)
{
    if (size > sizeof line->in) return -1;
    while (line->in_size - line->in_at < size) {
        memmove(line->in, line->in + line->in_at, line->in_size - line->in_at);
        line->in_size -= line->in_at;
        line->in_at = 0;
        const ssize_t got = read(line->fd, line->in + line->in_size, sizeof line->in - line->in_size);
        if (got < 0 && errno == EINTR) continue;
        if (got <= 0) return -1;
        line->in_size += (size_t)got;
    }
    return 0;
}

int next_answer(struct line *line)
{
    if (flush_packets(line) != 0) return -1;
    for (;;) {
        uint32_t length;
        if (need_bytes(line, 5) != 0) return -1;
        memcpy(&length, line->in + line->in_at, 4);
        const int code = (unsigned char)line->in[line->in_at + 4];
        line->in_at += 5;
        for (size_t left = ntohl(length) - 1; left > 0;) {
            if (line->in_size == line->in_at && need_bytes(line, 1) != 0) return -1;
            const size_t have = line->in_size - line->in_at;
            const size_t part = left < have ? left : have;
            line->in_at += part;
            left -= part;
        }
        if (strchr("+-2behilmpqx", code) == NULL) return code;
    }
}
