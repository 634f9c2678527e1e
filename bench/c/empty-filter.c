/*
 * The filter that ours is measured against: libmilter with every call-back, none of which does
 * anything. Usage: empty-filter SOCKET [silent]
 *
 * With "silent" it tells the MTA not to wait for any answer before the end of the message. Over TCP
 * that brings a stall of about 40 ms a message; the bench proves with it that it would see one.
 */
#include <libmilter/mfapi.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

static int silent;

static sfsistat step(void) { return silent ? SMFIS_NOREPLY : SMFIS_CONTINUE; }

static sfsistat on_connect(SMFICTX *ctx, char *host, _SOCK_ADDR *address)
{
    (void)ctx, (void)host, (void)address;
    return step();
}

static sfsistat on_text(SMFICTX *ctx, char *text) { (void)ctx, (void)text; return step(); }

static sfsistat on_unknown(SMFICTX *ctx, const char *text) { (void)ctx, (void)text; return step(); }

static sfsistat on_words(SMFICTX *ctx, char **words) { (void)ctx, (void)words; return step(); }

static sfsistat on_event(SMFICTX *ctx) { (void)ctx; return step(); }

static sfsistat on_header(SMFICTX *ctx, char *name, char *value)
{
    (void)ctx, (void)name, (void)value;
    return step();
}

static sfsistat on_body(SMFICTX *ctx, unsigned char *bytes, size_t size)
{
    (void)ctx, (void)bytes, (void)size;
    return step();
}

static sfsistat on_end(SMFICTX *ctx) { (void)ctx; return SMFIS_CONTINUE; }

static sfsistat on_negotiate(SMFICTX *ctx, unsigned long actions, unsigned long steps,
                             unsigned long spare1, unsigned long spare2, unsigned long *my_actions,
                             unsigned long *my_steps, unsigned long *my_spare1,
                             unsigned long *my_spare2)
{
    const unsigned long unanswered = SMFIP_NR_CONN | SMFIP_NR_HELO | SMFIP_NR_MAIL | SMFIP_NR_RCPT |
                                     SMFIP_NR_DATA | SMFIP_NR_UNKN | SMFIP_NR_HDR | SMFIP_NR_EOH |
                                     SMFIP_NR_BODY;
    (void)ctx, (void)spare1, (void)spare2;
    *my_actions = actions;
    *my_steps = steps & unanswered;
    *my_spare1 = *my_spare2 = 0;
    return SMFIS_CONTINUE;
}

int main(int count, char **words)
{
    static char name[] = "empty-filter";
    struct smfiDesc filter = {
        .xxfi_name = name,
        .xxfi_version = SMFI_VERSION,
        .xxfi_connect = on_connect,
        .xxfi_helo = on_text,
        .xxfi_envfrom = on_words,
        .xxfi_envrcpt = on_words,
        .xxfi_header = on_header,
        .xxfi_eoh = on_event,
        .xxfi_body = on_body,
        .xxfi_eom = on_end,
        .xxfi_abort = on_end,
        .xxfi_close = on_end,
        .xxfi_unknown = on_unknown,
        .xxfi_data = on_event,
    };
    if (count < 2) {
        fprintf(stderr, "usage: %s SOCKET [silent]\n", words[0]);
        return 64;
    }
    silent = count > 2 && strcmp(words[2], "silent") == 0;
    if (silent) filter.xxfi_negotiate = on_negotiate;
    if (smfi_setconn(words[1]) != MI_SUCCESS || smfi_register(filter) != MI_SUCCESS) return 78;
    return smfi_main() == MI_SUCCESS ? 0 : 75;
}
