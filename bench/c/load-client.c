/*
 * Plays the MTA to a milter as fast as the milter allows, and says how it went.
 *
 * load-client [-c CONNECTIONS] [-s SECONDS] [-n MESSAGES] [-p] [-t] TARGET FILE
 *
 *   TARGET  a port on 127.0.0.1, or the path of a unix socket
 *   FILE    the message, with CRLF; its header fields are sent one by one
 *   -n      messages of each connection; without it, as many as the time allows
 *   -p      writes as Postfix does (see dial in packets.h), with a flush after DATA
 *   -t      together: no connection ends its message before every one has sent its body
 *
 * It speaks version 6 and offers all that Postfix 3.7 offers; whatever the milter does not want to
 * see, or to answer, is left out. Lists of macros that the milter asks for are not followed.
 * Prints one JSON object. `passed` were let through; `refused` got another answer; `failed` got none.
 */
#include "packets.h"

#include <arpa/inet.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum { BODY_CHUNK = 65535, MAX_FIELDS = 100, MAX_LATENCIES = 1 << 18 };

/* What a milter may leave out (NO_) or leave unanswered (NR_): SMFIP_ in libmilter/mfdef.h. */
enum {
    NO_CONNECT = 0x1, NO_HELO = 0x2, NO_MAIL = 0x4, NO_RCPT = 0x8, NO_BODY = 0x10, NO_HEADER = 0x20,
    NO_EOH = 0x40, NR_HEADER = 0x80, NO_DATA = 0x200, NR_CONNECT = 0x1000, NR_HELO = 0x2000,
    NR_MAIL = 0x4000, NR_RCPT = 0x8000, NR_DATA = 0x10000, NR_EOH = 0x40000, NR_BODY = 0x80000,
    LEADING_SPACE = 0x100000, ALL_STEPS = 0x1fffff, ALL_ACTIONS = 0x1ff
};

struct field { char text[1200]; size_t size; size_t name_size; };

static struct {
    const char *target;
    double seconds;
    long messages;
    int like_postfix, together;
    struct field fields[MAX_FIELDS];
    int field_count;
    const char *body;
    size_t body_size;
} plan = { .seconds = 2 };

static volatile int over;
static pthread_barrier_t all_sent;

struct session {
    struct line line;
    int number;
    uint32_t steps;
    long passed, refused, failed;
    int waited_for_others;
    float *latencies;
    long latency_count;
};

static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

static int send_macros(struct session *s, char step, const char *values, size_t size)
{
    char data[256];
    data[0] = step;
    memcpy(data + 1, values, size);
    return put_packet(&s->line, 'D', data, size + 1);
}

/* One step of the conversation; 'c' also when the milter does not want it, or gives no answer. */
static int step(struct session *s, char command, const char *data, size_t size, uint32_t unwanted,
                uint32_t unanswered)
{
    if (s->steps & unwanted) return 'c';
    if (put_packet(&s->line, command, data, size) != 0) return -1;
    return s->steps & unanswered ? 'c' : next_answer(&s->line);
}

static int greet(struct session *s)
{
    static const char macros[] = "j\0mail.example.org\0{daemon_name}\0mail.example.org\0v\0Postfix";
    static const char client[] = "client.example.org\0004\x30\x39" "192.0.2.1";
    static const char helo[] = "client.example.org";
    const uint32_t offer[3] = { htonl(6), htonl(ALL_ACTIONS), htonl(ALL_STEPS) };
    struct line *line = &s->line;
    uint32_t length, steps;
    if (put_packet(line, 'O', (const char *)offer, sizeof offer) != 0) return -1;
    if (flush_packets(line) != 0 || need_bytes(line, 17) != 0) return -1;
    memcpy(&length, line->in + line->in_at, 4);
    memcpy(&steps, line->in + line->in_at + 13, 4);
    if (line->in[line->in_at + 4] != 'O' || need_bytes(line, ntohl(length) + 4) != 0) return -1;
    line->in_at += ntohl(length) + 4;
    s->steps = ntohl(steps);
    if (send_macros(s, 'C', macros, sizeof macros) != 0) return -1;
    if (step(s, 'C', client, sizeof client, NO_CONNECT, NR_CONNECT) != 'c') return -1;
    if (send_macros(s, 'H', "", 0) != 0) return -1;
    return step(s, 'H', helo, sizeof helo, NO_HELO, NR_HELO) == 'c' ? 0 : -1;
}

static int send_envelope(struct session *s, const char *id, size_t id_size)
{
    static const char sender[] = "<sender@example.org>", to[] = "<recipient@example.com>";
    static const char from[] = "{mail_addr}\0sender@example.org";
    if (send_macros(s, 'M', from, sizeof from) != 0) return -1;
    int got = step(s, 'M', sender, sizeof sender, NO_MAIL, NR_MAIL);
    if (got != 'c' || send_macros(s, 'R', id, id_size) != 0) return got;
    got = step(s, 'R', to, sizeof to, NO_RCPT, NR_RCPT);
    if (got != 'c' || send_macros(s, 'T', id, id_size) != 0) return got;
    got = step(s, 'T', "", 0, NO_DATA, NR_DATA);
    /* smtpd empties its buffer before it hands the socket to cleanup */
    if (plan.like_postfix && flush_packets(&s->line) != 0) return -1;
    return got;
}

static int send_header(struct session *s, const char *id, size_t id_size)
{
    int got = 'c';
    const int with_space = (s->steps & LEADING_SPACE) != 0;
    for (int at = 0; got == 'c' && at < plan.field_count && !(s->steps & NO_HEADER); at++) {
        const struct field *field = &plan.fields[at];
        char data[sizeof field->text];
        const size_t value = field->name_size + (with_space ? 0 : 1);
        memcpy(data, field->text, field->name_size);
        memcpy(data + field->name_size, field->text + value, field->size - value);
        if (send_macros(s, 'L', id, id_size) != 0) return -1;
        got = step(s, 'L', data, field->size - (value - field->name_size), 0, NR_HEADER);
    }
    if (got != 'c' || (s->steps & NO_EOH)) return got;
    if (send_macros(s, 'N', id, id_size) != 0) return -1;
    return step(s, 'N', "", 0, 0, NR_EOH);
}

static int send_body(struct session *s, const char *id, size_t id_size)
{
    if (s->steps & NO_BODY) return 'c';
    for (size_t at = 0; at < plan.body_size; at += BODY_CHUNK) {
        const size_t left = plan.body_size - at;
        const size_t size = left < BODY_CHUNK ? left : BODY_CHUNK;
        if (send_macros(s, 'B', id, id_size) != 0) return -1;
        const int got = step(s, 'B', plan.body + at, size, 0, NR_BODY);
        if (got == 's') return 'c';
        if (got != 'c') return got;
    }
    return 'c';
}

static void wait_for_others(struct session *s)
{
    if (!plan.together || s->waited_for_others) return;
    s->waited_for_others = 1;
    pthread_barrier_wait(&all_sent);
}

/* One message; the milter's last word, or -1. */
static int play(struct session *s, long number)
{
    char id[24] = { 'i' };
    const size_t id_size = 3 + (size_t)snprintf(id + 2, sizeof id - 2, "4%03X%06lX", s->number, number);
    int got = send_envelope(s, id, id_size);
    if (got == 'c') got = send_header(s, id, id_size);
    if (got == 'c') got = send_body(s, id, id_size);
    if (got != 'c') return got;
    if (plan.together && flush_packets(&s->line) != 0) return -1;
    wait_for_others(s);
    if (send_macros(s, 'E', id, id_size) != 0) return -1;
    return step(s, 'E', "", 0, 0, 0);
}

static int converse(struct session *s)
{
    if (greet(s) != 0) return -1;
    for (long number = 0; !over && (plan.messages == 0 || number < plan.messages); number++) {
        const double start = now();
        const int got = play(s, number);
        if (got < 0) return -1;
        if (got == 'c' || got == 'a') s->passed++;
        else s->refused++;
        if (s->latency_count < MAX_LATENCIES)
            s->latencies[s->latency_count++] = (float)(now() - start);
        if (put_packet(&s->line, 'A', "", 0) != 0) return -1;
    }
    return put_packet(&s->line, 'Q', "", 0) != 0 || flush_packets(&s->line) != 0 ? -1 : 0;
}

static void *run(void *argument)
{
    struct session *s = argument;
    if (dial(&s->line, plan.target, plan.like_postfix) != 0 || converse(s) != 0) s->failed++;
    hang_up(&s->line);
    wait_for_others(s);
    return NULL;
}

/* Fills plan.fields and plan.body; a field is kept as `name NUL [space] value NUL`. */
static int read_message(const char *path)
{
    struct stat about;
    FILE *file = fopen(path, "rb");
    if (file == NULL || fstat(fileno(file), &about) != 0) return -1;
    char *text = malloc((size_t)about.st_size + 1);
    if (text == NULL || fread(text, 1, (size_t)about.st_size, file) != (size_t)about.st_size) return -1;
    fclose(file);
    text[about.st_size] = '\0';
    char *line = text;
    while (strncmp(line, "\r\n", 2) != 0) {
        char *end = strstr(line, "\r\n"), *colon = strchr(line, ':');
        struct field *field = &plan.fields[plan.field_count];
        if (end == NULL || colon == NULL || colon > end || plan.field_count == MAX_FIELDS) return -1;
        field->size = (size_t)(end - line) + 1;
        if (field->size >= sizeof field->text) return -1;
        memcpy(field->text, line, field->size - 1);
        field->name_size = (size_t)(colon - line) + 1;
        field->text[field->name_size - 1] = '\0';
        plan.field_count++;
        line = end + 2;
    }
    plan.body = line + 2;
    plan.body_size = (size_t)(text + about.st_size - plan.body);
    return 0;
}

static int by_size(const void *a, const void *b)
{
    const float x = *(const float *)a, y = *(const float *)b;
    return (x > y) - (x < y);
}

static void report(struct session *sessions, int count, double seconds)
{
    long passed = 0, refused = 0, failed = 0, total = 0, at = 0;
    for (int i = 0; i < count; i++) {
        passed += sessions[i].passed;
        refused += sessions[i].refused;
        failed += sessions[i].failed;
        total += sessions[i].latency_count;
    }
    float *all = malloc(sizeof *all * (size_t)(total + 1));
    for (int i = 0; i < count; i++)
        for (long j = 0; j < sessions[i].latency_count; j++) all[at++] = sessions[i].latencies[j];
    qsort(all, (size_t)total, sizeof *all, by_size);
    printf("{\"passed\":%ld,\"refused\":%ld,\"failed\":%ld,\"seconds\":%.4f,"
           "\"medianMs\":%.4f,\"p99Ms\":%.4f}\n",
           passed, refused, failed, seconds, total ? all[total / 2] * 1e3 : 0.0,
           total ? all[total - 1 - total / 100] * 1e3 : 0.0);
    free(all);
}

int main(int count, char **words)
{
    int connections = 1;
    for (int option; (option = getopt(count, words, "c:s:n:pt")) != -1;) {
        switch (option) {
        case 'c': connections = atoi(optarg); break;
        case 's': plan.seconds = atof(optarg); break;
        case 'n': plan.messages = atol(optarg); break;
        case 'p': plan.like_postfix = 1; break;
        case 't': plan.together = 1; break;
        default: return 64;
        }
    }
    if (count - optind != 2 || connections < 1 || read_message(words[optind + 1]) != 0) {
        fprintf(stderr, "usage: %s [-c N] [-s SECONDS] [-n N] [-p] [-t] TARGET FILE\n", words[0]);
        return 64;
    }
    plan.target = words[optind];
    struct session *sessions = calloc((size_t)connections, sizeof *sessions);
    pthread_t *threads = calloc((size_t)connections, sizeof *threads);
    if (sessions == NULL || threads == NULL) return 71;
    pthread_barrier_init(&all_sent, NULL, (unsigned)connections);
    const double start = now();
    for (int i = 0; i < connections; i++) {
        sessions[i].number = i;
        sessions[i].latencies = malloc(sizeof(float) * MAX_LATENCIES);
        if (sessions[i].latencies == NULL) return 71;
        if (pthread_create(&threads[i], NULL, run, &sessions[i]) != 0) return 71;
    }
    if (plan.messages == 0) {
        const struct timespec tick = { .tv_nsec = 2000000 };
        while (now() - start < plan.seconds) nanosleep(&tick, NULL);
        over = 1;
    }
    for (int i = 0; i < connections; i++) pthread_join(threads[i], NULL);
    report(sessions, connections, now() - start);
    return 0;
}
