/*
 * A small libmilter filter that does what its arguments say, to be compared with ours.
 *
 *     milter-filter SOCKET [STAGE=REPLY]... [edit=EDIT]... [macros=STAGE:LIST]...
 *
 * STAGE   connect helo mail rcpt data unknown header eoh body eom
 * REPLY   continue accept reject tempfail discard skip code:NNN:X.Y.Z:LINE[|LINE]
 * EDIT    add:NAME:VALUE insert:INDEX:NAME:VALUE change:INDEX:NAME:VALUE body:TEXT rcpt:ADDRESS
 *         rcptpar:ADDRESS:PARAMETERS unrcpt:ADDRESS from:ADDRESS:PARAMETERS quarantine:REASON report
 *
 * "report" adds the field X-Report with what the filter saw.
 */
#include <libmilter/mfapi.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <arpa/inet.h>
#include <netinet/in.h>

static int argument_count;
static char **arguments;

struct seen {
    char text[8192];
    size_t headers, body;
};

/* The rest of the first argument that begins with "KEY=", or NULL. */
static const char *argument(const char *key)
{
    size_t length = strlen(key);
    for (int at = 2; at < argument_count; at++)
        if (!strncmp(arguments[at], key, length) && arguments[at][length] == '=')
            return arguments[at] + length + 1;
    return NULL;
}

/* Cuts the next piece off a list with colons. */
static char *piece(char **rest)
{
    return strsep(rest, ":");
}

static sfsistat set_code(SMFICTX *ctx, char *rest)
{
    char *code = piece(&rest), *enhanced = piece(&rest), *first, *second;
    char text[2048];
    size_t length = 0;
    /* The text is a format for sendmail, so a percent sign is doubled. */
    for (const char *in = rest; *in && length < sizeof text - 3; in++) {
        if (*in == '%')
            text[length++] = '%';
        text[length++] = *in;
    }
    text[length] = 0;
    second = text;
    first = strsep(&second, "|");
    if (smfi_setmlreply(ctx, code, enhanced, first, second, NULL) != MI_SUCCESS)
        abort();
    return code[0] == '4' ? SMFIS_TEMPFAIL : SMFIS_REJECT;
}

static sfsistat answer(SMFICTX *ctx, const char *stage)
{
    char copy[2048];
    const char *wanted = argument(stage);
    if (!wanted || !strcmp(wanted, "continue"))
        return SMFIS_CONTINUE;
    if (!strcmp(wanted, "accept"))
        return SMFIS_ACCEPT;
    if (!strcmp(wanted, "reject"))
        return SMFIS_REJECT;
    if (!strcmp(wanted, "tempfail"))
        return SMFIS_TEMPFAIL;
    if (!strcmp(wanted, "discard"))
        return SMFIS_DISCARD;
    if (!strcmp(wanted, "skip"))
        return SMFIS_SKIP;
    snprintf(copy, sizeof copy, "%s", wanted + strlen("code:"));
    return set_code(ctx, copy);
}

static struct seen *seen_of(SMFICTX *ctx)
{
    struct seen *seen = smfi_getpriv(ctx);
    if (!seen) {
        seen = calloc(1, sizeof *seen);
        smfi_setpriv(ctx, seen);
    }
    return seen;
}

static void note(SMFICTX *ctx, const char *text)
{
    struct seen *seen = seen_of(ctx);
    size_t used = strlen(seen->text);
    snprintf(seen->text + used, sizeof seen->text - used, "%s|", text);
}

static sfsistat on_connect(SMFICTX *ctx, char *host, _SOCK_ADDR *address)
{
    char text[INET6_ADDRSTRLEN] = "none", line[512];
    int port = 0;
    if (address && address->sa_family == AF_INET) {
        struct sockaddr_in *in = (struct sockaddr_in *)address;
        inet_ntop(AF_INET, &in->sin_addr, text, sizeof text);
        port = ntohs(in->sin_port);
    } else if (address && address->sa_family == AF_INET6) {
        struct sockaddr_in6 *in = (struct sockaddr_in6 *)address;
        inet_ntop(AF_INET6, &in->sin6_addr, text, sizeof text);
        port = ntohs(in->sin6_port);
    }
    snprintf(line, sizeof line, "%s %s %d", host, text, port);
    note(ctx, line);
    return answer(ctx, "connect");
}

static sfsistat on_helo(SMFICTX *ctx, char *name)
{
    note(ctx, name);
    return answer(ctx, "helo");
}

static void note_list(SMFICTX *ctx, char **list)
{
    char line[2048] = "";
    for (; *list; list++)
        snprintf(line + strlen(line), sizeof line - strlen(line), "%s,", *list);
    note(ctx, line);
}

static sfsistat on_mail(SMFICTX *ctx, char **list)
{
    struct seen *seen = seen_of(ctx);
    seen->headers = seen->body = 0;
    note_list(ctx, list);
    return answer(ctx, "mail");
}

static sfsistat on_rcpt(SMFICTX *ctx, char **list)
{
    note_list(ctx, list);
    return answer(ctx, "rcpt");
}

static sfsistat on_data(SMFICTX *ctx)
{
    return answer(ctx, "data");
}

static sfsistat on_unknown(SMFICTX *ctx, const char *line)
{
    note(ctx, line);
    return answer(ctx, "unknown");
}

static sfsistat on_header(SMFICTX *ctx, char *name, char *value)
{
    struct seen *seen = seen_of(ctx);
    seen->headers += strlen(name) + strlen(value);
    return answer(ctx, "header");
}

static sfsistat on_eoh(SMFICTX *ctx)
{
    return answer(ctx, "eoh");
}

static sfsistat on_body(SMFICTX *ctx, unsigned char *chunk, size_t length)
{
    (void)chunk;
    seen_of(ctx)->body += length;
    return answer(ctx, "body");
}

static void report(SMFICTX *ctx)
{
    static char *names[] = {"j", "{tls_version}", "{auth_authen}", "{rcpt_addr}", "i", NULL};
    struct seen *seen = seen_of(ctx);
    char line[10240];
    snprintf(line, sizeof line, "%s%zu %zu|", seen->text, seen->headers, seen->body);
    for (char **name = names; *name; name++) {
        const char *value = smfi_getsymval(ctx, *name);
        snprintf(line + strlen(line), sizeof line - strlen(line), "%s,", value ? value : "-");
    }
    smfi_addheader(ctx, "X-Report", line);
}

static void edit(SMFICTX *ctx, char *rest)
{
    char *kind = piece(&rest), *first, *second;
    if (!strcmp(kind, "report")) {
        report(ctx);
    } else if (!strcmp(kind, "add")) {
        first = piece(&rest);
        smfi_addheader(ctx, first, rest);
    } else if (!strcmp(kind, "insert") || !strcmp(kind, "change")) {
        first = piece(&rest);
        second = piece(&rest);
        if (!strcmp(kind, "insert"))
            smfi_insheader(ctx, atoi(first), second, rest);
        else
            smfi_chgheader(ctx, second, atoi(first), *rest ? rest : NULL);
    } else if (!strcmp(kind, "body")) {
        smfi_replacebody(ctx, (unsigned char *)rest, strlen(rest));
    } else if (!strcmp(kind, "rcpt")) {
        smfi_addrcpt(ctx, rest);
    } else if (!strcmp(kind, "rcptpar")) {
        first = piece(&rest);
        smfi_addrcpt_par(ctx, first, rest);
    } else if (!strcmp(kind, "unrcpt")) {
        smfi_delrcpt(ctx, rest);
    } else if (!strcmp(kind, "from")) {
        first = piece(&rest);
        smfi_chgfrom(ctx, first, *rest ? rest : NULL);
    } else if (!strcmp(kind, "quarantine")) {
        smfi_quarantine(ctx, rest);
    } else {
        abort();
    }
}

static sfsistat on_eom(SMFICTX *ctx)
{
    for (int at = 2; at < argument_count; at++) {
        if (!strncmp(arguments[at], "edit=", 5)) {
            char *copy = strdup(arguments[at] + 5);
            edit(ctx, copy);
            free(copy);
        }
    }
    return answer(ctx, "eom");
}

static sfsistat on_close(SMFICTX *ctx)
{
    free(smfi_getpriv(ctx));
    smfi_setpriv(ctx, NULL);
    return SMFIS_CONTINUE;
}

/* Everything is sent and answered; macro lists are asked for with macros= only. */
static sfsistat on_negotiate(SMFICTX *ctx, unsigned long actions, unsigned long steps,
    unsigned long unused1, unsigned long unused2, unsigned long *want_actions,
    unsigned long *want_steps, unsigned long *want1, unsigned long *want2)
{
    static const char *stages[] = {"connect", "helo", "mail", "rcpt", "data", "eom", "eoh"};
    (void)unused1;
    (void)unused2;
    for (int at = 2; at < argument_count; at++) {
        if (strncmp(arguments[at], "macros=", 7))
            continue;
        char *copy = strdup(arguments[at] + 7), *rest = copy, *stage = piece(&rest);
        for (int number = 0; number < 7; number++)
            if (!strcmp(stages[number], stage))
                smfi_setsymlist(ctx, number, rest);
        free(copy);
    }
    *want_actions = argument("macros") ? actions : actions & ~SMFIF_SETSYMLIST;
    *want_steps = steps & (SMFIP_SKIP | SMFIP_HDR_LEADSPC);
    *want1 = *want2 = 0;
    return SMFIS_CONTINUE;
}

int main(int count, char **list)
{
    static struct smfiDesc filter = {
        .xxfi_name = "comparison",
        .xxfi_version = SMFI_VERSION,
        .xxfi_flags = SMFIF_ADDHDRS | SMFIF_CHGHDRS | SMFIF_CHGBODY | SMFIF_ADDRCPT | SMFIF_DELRCPT
            | SMFIF_QUARANTINE | SMFIF_CHGFROM | SMFIF_ADDRCPT_PAR | SMFIF_SETSYMLIST,
        .xxfi_connect = on_connect,
        .xxfi_helo = on_helo,
        .xxfi_envfrom = on_mail,
        .xxfi_envrcpt = on_rcpt,
        .xxfi_header = on_header,
        .xxfi_eoh = on_eoh,
        .xxfi_body = on_body,
        .xxfi_eom = on_eom,
        .xxfi_close = on_close,
        .xxfi_unknown = on_unknown,
        .xxfi_data = on_data,
        .xxfi_negotiate = on_negotiate,
    };
    argument_count = count;
    arguments = list;
    if (count < 2 || smfi_setconn(list[1]) == MI_FAILURE || smfi_register(filter) == MI_FAILURE)
        return 64;
    return smfi_main();
}
