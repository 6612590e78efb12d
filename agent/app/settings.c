#include "app/settings.h"

#include "core/duration.h"
#include "os/log.h"
#include "os/clock.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <syslog.h>

#define SECONDS_PER_DAY 86400U
#define RETRY_USEC UINT64_C(2000000)

/* Putting main.cf back is worth more than one try. */
#define ROLLBACK_TRIES_MAX 5

#define APPLIED '1'
#define TO_BE_APPLIED '2'

struct setting {
    bool stored;
    uint32_t days;
};

struct settings {
    struct settings_context context;
    sd_event_source *retry;
    bool loaded, helper_up;
    bool resume;  /* what is stored has not been applied: an earlier process ended within it */
    bool resumed; /* the change on its way is that one: what main.cf had before it is not known */
    struct setting stored[LIFETIME_COUNT], previous[LIFETIME_COUNT];
    bool queued[LIFETIME_COUNT]; /* by a SET, waiting for the change on its way */
    uint32_t queued_days[LIFETIME_COUNT];
    /* The change on its way. */
    bool busy;
    bool changed[LIFETIME_COUNT];
    struct main_cf_lifetimes before, after;
    struct main_cf_lifetimes *reading; /* which of the two is being read */
    int which;                         /* the one being written */
    unsigned rollback_tries;
    char note[STATUS_ERROR_SIZE]; /* what is to be said of a change that went well */
    char failure[STATUS_ERROR_SIZE];
    uint64_t settled_usec; /* a reading begun before this moment tells nothing of the change */
};

static void read_before(struct settings *settings);
static void write_next(struct settings *settings);
static void reload(struct settings *settings);
static void read_after(struct settings *settings);
static void roll_back(struct settings *settings);
static void roll_back_next(struct settings *settings);
static void read_main_cf(struct settings *settings, struct main_cf_lifetimes *into,
                         void (*end)(void *userdata, const struct command_end *end));
static void begin_queued(struct settings *settings);

static const char *name_of(int lifetime) {
    return postfix_parameter_names[lifetime_parameter((enum lifetime)lifetime)];
}

static void show(struct settings *settings, enum settings_state state, const char *error) {
    struct lifetimes_status *status = &settings->context.status->lifetimes;
    status->state = state;
    snprintf(status->error, sizeof status->error, "%s", error);
    for (int i = 0; i < LIFETIME_COUNT; i++) {
        status->stored[i] = settings->stored[i].stored;
        status->days[i] = settings->stored[i].days;
    }
}

/* Writes what is stored; unapplied names those that Postfix is still to get. */
static void store(struct settings *settings, const bool unapplied[LIFETIME_COUNT],
                  store_done done) {
    struct store_parameter parameters[LIFETIME_COUNT] = {0};
    size_t count = 0;
    for (int i = 0; i < LIFETIME_COUNT; i++) {
        if (!settings->stored[i].stored) {
            continue;
        }
        struct store_parameter *parameter = &parameters[count++];
        snprintf(parameter->name, sizeof parameter->name, "%s", name_of(i));
        snprintf(parameter->value, sizeof parameter->value, "%ud", settings->stored[i].days);
        snprintf(parameter->action, sizeof parameter->action, "%s",
                 unapplied[i] ? "APPLY" : "NONE");
        parameter->applied = unapplied[i] ? TO_BE_APPLIED : APPLIED;
    }
    store_parameters_set(settings->context.store, parameters, count, done, settings);
}

static void store_applied(struct settings *settings) {
    static const bool none[LIFETIME_COUNT] = {false};
    store(settings, none, NULL);
}

/* Runs one command of the lifetimes' kind; its end is called in any case. */
static void run(struct settings *settings, const struct helper_order *order, line_handler line,
                void (*end)(void *userdata, const struct command_end *end)) {
    const struct stream_callbacks callbacks = {.line = line, .end = end, .userdata = settings};
    if (!helper_client_run(settings->context.helper, order, &callbacks)) {
        const struct command_end none = {.error = "the helper does not take the command",
                                         .lost = true};
        end(settings, &none);
    }
}

static int ignore_line(void *userdata, const char *line, size_t len) {
    (void)userdata;
    (void)line;
    (void)len;
    return 0;
}

static void end_change(struct settings *settings, enum settings_state state, const char *error) {
    settings->busy = false;
    settings->settled_usec = clock_usec();
    show(settings, state, error);
    settings->context.read_soon(settings->context.userdata);
    begin_queued(settings);
}

/* Taking a change back */

static void end_rollback(struct settings *settings, const char *main_cf) {
    char text[STATUS_ERROR_SIZE];
    snprintf(text, sizeof text, "%.160s; %s", settings->failure, main_cf);
    log_line(LOG_ERR, "Postfix's settings were not changed: %s", text);
    store_applied(settings);
    end_change(settings, SETTINGS_FAILED, text);
}

static int on_retry(sd_event_source *source, uint64_t usec, void *userdata) {
    struct settings *settings = userdata;
    (void)source;
    (void)usec;
    roll_back(settings);
    return 0;
}

static void rollback_failed(struct settings *settings, const char *error) {
    char text[STATUS_ERROR_SIZE];
    if (++settings->rollback_tries < ROLLBACK_TRIES_MAX) {
        sd_event_source_set_time_relative(settings->retry, RETRY_USEC);
        sd_event_source_set_enabled(settings->retry, SD_EVENT_ONESHOT);
        return;
    }
    snprintf(text, sizeof text, "main.cf could not be put back as it was: %.120s", error);
    end_rollback(settings, text);
}

static void on_rolled_back(void *userdata, const struct command_end *end) {
    struct settings *settings = userdata;
    if (end->ok) {
        roll_back_next(settings);
    } else {
        rollback_failed(settings, end->error);
    }
}

/* A Postfix that does not run has nothing to reload, and main.cf is what it will read. */
static void on_rollback_reloaded(void *userdata, const struct command_end *end) {
    (void)end;
    const struct settings *settings = userdata;
    end_rollback(userdata, settings->resumed ? "main.cf has what the interrupted change left in it"
                                             : "main.cf is as it was");
}

static bool same_line(const struct lifetime_line *a, const struct lifetime_line *b) {
    return a->set == b->set && a->restorable == b->restorable && strcmp(a->value, b->value) == 0;
}

/* A line that is as it was needs no writing, which may be what cannot be done. */
static bool to_be_restored(const struct settings *settings, int which) {
    enum lifetime lifetime = (enum lifetime)which;
    return settings->changed[which] && !same_line(lifetime_line_of(&settings->before, lifetime),
                                                  lifetime_line_of(&settings->after, lifetime));
}

static void roll_back_next(struct settings *settings) {
    while (++settings->which < LIFETIME_COUNT && !to_be_restored(settings, settings->which)) {
    }
    if (settings->which == LIFETIME_COUNT) {
        const struct helper_order order = {.type = REQUEST_RELOAD};
        run(settings, &order, ignore_line, on_rollback_reloaded);
        return;
    }
    enum lifetime lifetime = (enum lifetime)settings->which;
    const struct lifetime_line *line = lifetime_line_of(&settings->before, lifetime);
    const struct helper_order order = {.type = REQUEST_SET_LIFETIME,
                                       .parameter = lifetime_parameter(lifetime),
                                       .value = line->set ? line->value : NULL,
                                       .remove = !line->set};
    run(settings, &order, ignore_line, on_rolled_back);
}

static void on_rollback_read(void *userdata, const struct command_end *end) {
    struct settings *settings = userdata;
    if (end->ok) {
        settings->which = -1;
        roll_back_next(settings);
    } else {
        rollback_failed(settings, end->error);
    }
}

static void roll_back(struct settings *settings) {
    read_main_cf(settings, &settings->after, on_rollback_read);
}

/* What is stored is again what it was; main.cf follows when it may have been touched. */
__attribute__((format(printf, 3, 4))) static void fail(struct settings *settings, bool touched,
                                                       const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(settings->failure, sizeof settings->failure, format, arguments);
    va_end(arguments);
    memcpy(settings->stored, settings->previous, sizeof settings->stored);
    settings->rollback_tries = 0;
    if (touched) {
        roll_back(settings);
    } else {
        end_rollback(settings, "main.cf was not touched");
    }
}

/* Making a change */

static bool is_written(const struct settings *settings, int lifetime) {
    uint32_t seconds;
    const struct lifetime_line *line = lifetime_line_of(&settings->after, (enum lifetime)lifetime);
    return line->set && line->restorable && postfix_time_parse(line->value, 'd', &seconds) &&
           seconds == settings->stored[lifetime].days * SECONDS_PER_DAY;
}

static void emit_change(struct settings *settings) {
    struct event event = {.type = EVENT_SETTINGS_CHANGED};
    size_t len = 0;
    for (int i = 0; i < LIFETIME_COUNT; i++) {
        struct event_lifetime *lifetime = &event.lifetimes[i];
        if (!settings->changed[i]) {
            continue;
        }
        if (settings->previous[i].stored && !settings->resumed) {
            lifetime_format(settings->previous[i].days * SECONDS_PER_DAY, lifetime->old_value);
        }
        lifetime_format(settings->stored[i].days * SECONDS_PER_DAY, lifetime->new_value);
        int written = snprintf(event.text + len, sizeof event.text - len, "%s%s: %s, was %s",
                               len > 0 ? "; " : "", name_of(i), lifetime->new_value,
                               lifetime->old_value[0] != '\0' ? lifetime->old_value : "unknown");
        len += written > 0 ? (size_t)written : 0;
    }
    events_emit(settings->context.events, &event);
}

static void on_after_end(void *userdata, const struct command_end *end) {
    struct settings *settings = userdata;
    if (!end->ok) {
        fail(settings, true, "main.cf could not be read back: %s", end->error);
        return;
    }
    for (int i = 0; i < LIFETIME_COUNT; i++) {
        if (settings->changed[i] && !is_written(settings, i)) {
            fail(settings, true, "main.cf does not have the new %s after all", name_of(i));
            return;
        }
    }
    store_applied(settings);
    /* Before the event: its notification reads the state. */
    show(settings, SETTINGS_APPLIED, settings->note);
    emit_change(settings);
    end_change(settings, SETTINGS_APPLIED, settings->note);
}

static void on_reloaded(void *userdata, const struct command_end *end) {
    struct settings *settings = userdata;
    bool stopped =
        end->mail_down || strstr(end->error, "not running") != NULL ||
        settings->context.snapshot(settings->context.userdata)->postfix == POSTFIX_STOPPED;
    if (!end->ok && !stopped) {
        fail(settings, true, "Postfix could not be reloaded: %s", end->error);
        return;
    }
    snprintf(settings->note, sizeof settings->note, "%s",
             end->ok ? "" : "Postfix is not running: it takes the change when it is started");
    read_after(settings);
}

static void reload(struct settings *settings) {
    const struct helper_order order = {.type = REQUEST_RELOAD};
    run(settings, &order, ignore_line, on_reloaded);
}

static void on_written(void *userdata, const struct command_end *end) {
    struct settings *settings = userdata;
    if (end->ok) {
        write_next(settings);
    } else {
        fail(settings, true, "main.cf could not be changed: %s", end->error);
    }
}

static void write_next(struct settings *settings) {
    char value[LIFETIME_VALUE_SIZE];
    while (++settings->which < LIFETIME_COUNT && !settings->changed[settings->which]) {
    }
    if (settings->which == LIFETIME_COUNT) {
        reload(settings);
        return;
    }
    snprintf(value, sizeof value, "%ud", settings->stored[settings->which].days);
    const struct helper_order order = {.type = REQUEST_SET_LIFETIME,
                                       .parameter =
                                           lifetime_parameter((enum lifetime)settings->which),
                                       .value = value};
    run(settings, &order, ignore_line, on_written);
}

static int on_lifetime_line(void *userdata, const char *line, size_t len) {
    struct settings *settings = userdata;
    return main_cf_lifetime_parse(line, len, settings->reading) ? 0 : -EBADMSG;
}

/* What main.cf says where nothing is known to have been stored before. */
static struct setting said_by(const struct lifetime_line *line, struct setting otherwise) {
    uint32_t seconds;
    uint32_t days;
    if (line->set && line->restorable && postfix_time_parse(line->value, 'd', &seconds) &&
        lifetime_days(seconds, &days)) {
        return (struct setting){true, days};
    }
    return otherwise;
}

static void on_before_end(void *userdata, const struct command_end *end) {
    struct settings *settings = userdata;
    if (!end->ok) {
        fail(settings, false, "main.cf could not be read: %s", end->error);
        return;
    }
    for (int i = 0; i < LIFETIME_COUNT; i++) {
        const struct lifetime_line *line = lifetime_line_of(&settings->before, (enum lifetime)i);
        if (!settings->previous[i].stored) {
            settings->previous[i] = said_by(line, settings->stored[i]);
        }
        if (settings->changed[i] && line->set && !line->restorable) {
            fail(settings, false, "main.cf has a %s that could not be put back", name_of(i));
            return;
        }
    }
    settings->which = -1;
    write_next(settings);
}

static void read_main_cf(struct settings *settings, struct main_cf_lifetimes *into,
                         void (*end)(void *userdata, const struct command_end *end)) {
    const struct helper_order order = {.type = REQUEST_LIFETIMES};
    *into = (struct main_cf_lifetimes){0};
    settings->reading = into;
    run(settings, &order, on_lifetime_line, end);
}

static void read_before(struct settings *settings) {
    read_main_cf(settings, &settings->before, on_before_end);
}

static void read_after(struct settings *settings) {
    read_main_cf(settings, &settings->after, on_after_end);
}

static void on_stored(void *userdata, int error, const char *text) {
    struct settings *settings = userdata;
    if (error < 0) {
        fail(settings, false, "the change cannot be stored: %s", text);
    } else {
        read_before(settings);
    }
}

static void begin(struct settings *settings) {
    settings->busy = true;
    settings->note[0] = '\0';
    show(settings, SETTINGS_PENDING, "");
    store(settings, settings->changed, on_stored);
}

/* What the lifetimes are before a change: what is stored, else what Postfix has. */
static void begin_queued(struct settings *settings) {
    if (settings->busy || !settings->helper_up ||
        !(settings->queued[LIFETIME_BOUNCE] || settings->queued[LIFETIME_MAXIMAL])) {
        return;
    }
    memcpy(settings->previous, settings->stored, sizeof settings->previous);
    settings->resumed = false;
    for (int i = 0; i < LIFETIME_COUNT; i++) {
        settings->changed[i] = settings->queued[i];
        if (settings->queued[i]) {
            settings->stored[i] = (struct setting){true, settings->queued_days[i]};
        }
        settings->queued[i] = false;
    }
    begin(settings);
}

static void resume(struct settings *settings) {
    if (settings->resume && settings->helper_up && !settings->busy) {
        settings->resume = false;
        settings->resumed = true;
        log_line(LOG_WARNING, "a change of Postfix's settings was interrupted and is made anew");
        begin(settings);
    }
}

void settings_set(struct settings *settings, const bool changed[LIFETIME_COUNT],
                  const uint32_t days[LIFETIME_COUNT]) {
    for (int i = 0; i < LIFETIME_COUNT; i++) {
        if (changed[i]) {
            settings->queued[i] = true;
            settings->queued_days[i] = days[i];
        }
    }
    begin_queued(settings);
    if (!settings->busy) {
        show(settings, SETTINGS_PENDING, "waiting for the helper");
    }
}

void settings_wake(struct settings *settings) {
    settings->helper_up = true;
    resume(settings);
    begin_queued(settings);
}

/* Reading */

void settings_load(struct settings *settings, const struct store_image *image) {
    settings->loaded = true;
    for (size_t p = 0; p < image->parameter_count; p++) {
        const struct store_parameter *parameter = &image->parameters[p];
        uint32_t seconds;
        uint32_t days;
        for (int i = 0; i < LIFETIME_COUNT; i++) {
            if (strcmp(parameter->name, name_of(i)) != 0 ||
                !postfix_time_parse(parameter->value, 'd', &seconds) ||
                !lifetime_days(seconds, &days)) {
                continue;
            }
            settings->stored[i] = (struct setting){true, days};
            settings->changed[i] = parameter->applied == TO_BE_APPLIED;
            settings->resume = settings->resume || settings->changed[i];
        }
    }
    show(settings, settings->resume ? SETTINGS_PENDING : SETTINGS_APPLIED, "");
    resume(settings);
}

/* The first reading of a lifetime that nothing is stored of. */
static void seed(struct settings *settings, const struct postfix_settings *read) {
    bool seeded = false;
    for (int i = 0; i < LIFETIME_COUNT; i++) {
        struct setting *setting = &settings->stored[i];
        if (!setting->stored &&
            lifetime_days(lifetime_effective_s(read, (enum lifetime)i), &setting->days)) {
            setting->stored = true;
            seeded = true;
        }
    }
    if (seeded) {
        store_applied(settings);
        show(settings, settings->context.status->lifetimes.state,
             settings->context.status->lifetimes.error);
    }
}

/* Describes what differs; false when nothing does. In words only: event->lifetimes is for a change
 * that was asked for here and is in force, which others may follow. */
static bool find_drift(const struct settings *settings, const struct postfix_settings *read,
                       struct event *event) {
    size_t len = 0;
    for (int i = 0; i < LIFETIME_COUNT; i++) {
        uint32_t seconds = lifetime_effective_s(read, (enum lifetime)i);
        char stored[LIFETIME_VALUE_SIZE];
        char effective[LIFETIME_VALUE_SIZE];
        if (!settings->stored[i].stored || seconds == settings->stored[i].days * SECONDS_PER_DAY) {
            continue;
        }
        lifetime_format(settings->stored[i].days * SECONDS_PER_DAY, stored);
        lifetime_format(seconds, effective);
        int written = snprintf(event->text + len, sizeof event->text - len,
                               "%s%s: Postfix has %s, %s is stored", len > 0 ? "; " : "",
                               name_of(i), effective, stored);
        len += written > 0 ? (size_t)written : 0;
    }
    return len > 0;
}

void settings_observe(struct settings *settings, const struct postfix_settings *read) {
    struct lifetimes_status *status = &settings->context.status->lifetimes;
    struct event event = {.type = EVENT_SETTINGS_CHANGED};
    if (!settings->loaded || settings->busy || settings->resume || !read->known ||
        read->asked_usec < settings->settled_usec || status->state == SETTINGS_PENDING) {
        return;
    }
    seed(settings, read);
    bool drift = find_drift(settings, read, &event);
    if (drift && strcmp(status->error, event.text) != 0) {
        show(settings, SETTINGS_DRIFTED, event.text);
        events_emit(settings->context.events, &event);
    } else if (!drift && status->state == SETTINGS_DRIFTED) {
        show(settings, SETTINGS_APPLIED, "");
        log_line(LOG_NOTICE, "Postfix's settings match the stored ones again");
    }
}

int settings_new(sd_event *event, const struct settings_context *context, struct settings **out) {
    struct settings *settings = calloc(1, sizeof *settings);
    if (settings == NULL) {
        return -ENOMEM;
    }
    settings->context = *context;
    context->status->lifetimes.state = SETTINGS_APPLIED;
    int r = sd_event_add_time_relative(event, &settings->retry, CLOCK_MONOTONIC, 0, 0, on_retry,
                                       settings);
    if (r >= 0) {
        r = sd_event_source_set_enabled(settings->retry, SD_EVENT_OFF);
    }
    if (r < 0) {
        settings_free(settings);
        return r;
    }
    *out = settings;
    return 0;
}

void settings_free(struct settings *settings) {
    if (settings == NULL) {
        return;
    }
    sd_event_source_disable_unref(settings->retry);
    free(settings);
}
